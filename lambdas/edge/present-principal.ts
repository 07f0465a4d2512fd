import type { Principal } from '../domain/principal.ts';
import { principalFrom } from './principal-context.ts';
import type { FrameRules } from './rules.ts';
import type { ConnectionContext } from './websocket-events.ts';

/** Who sends by a connection: as it was authorized when it was opened; or, once that is over, as it was renewed since. */
export async function presentPrincipal(
  { authorizer = {}, connectionId }: ConnectionContext,
  { clock, renewals, onExpired }: FrameRules,
): Promise<Principal> {
  const { userId, expiresAt } = authorizer;
  if (typeof userId !== 'string' || Number(expiresAt) > clock.now()) return principalFrom(authorizer, clock);
  const renewed = await renewals?.renewed(userId, connectionId);
  if (!renewed || renewed.expiresAtMs <= clock.now()) {
    await onExpired?.(connectionId);
    return principalFrom(authorizer, clock);
  }
  const { expiresAtMs, scope = authorizer.scope } = renewed;
  return principalFrom({ ...authorizer, scope, expiresAt: expiresAtMs }, clock);
}
