import { ChatError } from '../domain/chat-error.ts';
import type { Principal } from '../domain/principal.ts';
import { principalFrom } from './principal-context.ts';
import type { FrameRules } from './rules.ts';
import type { ConnectionContext } from './websocket-events.ts';

/** A frame came by a connection whose time is over: it is answered so, and then the connection is ended. */
export class ConnectionOver extends ChatError {
  constructor(
    code: 'UNAUTHENTICATED' | 'FORBIDDEN' = 'UNAUTHENTICATED',
    message = 'unable to authenticate; the token has expired',
  ) {
    super(code, message);
    this.name = 'ConnectionOver';
  }
}

/** Who sends by a connection: as it was authorized when it was opened; or, once that is over, as it was renewed since. */
export async function presentPrincipal(
  { authorizer = {}, connectionId }: ConnectionContext,
  { clock, renewals }: Pick<FrameRules, 'clock' | 'renewals'>,
): Promise<Principal> {
  const { userId, expiresAt } = authorizer;
  if (typeof userId !== 'string' || Number(expiresAt) > clock.now()) return principalFrom(authorizer, clock);
  const renewed = await renewals.renewed(userId, connectionId);
  if (!renewed || renewed.expiresAtMs <= clock.now()) throw new ConnectionOver();
  const { expiresAtMs, scope = authorizer.scope } = renewed;
  return principalFrom({ ...authorizer, scope, expiresAt: expiresAtMs }, clock);
}
