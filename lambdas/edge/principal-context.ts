import type { Clock } from '../app/ports.ts';
import { ChatError, refuse } from '../domain/chat-error.ts';
import type { NameClaims, Principal } from '../domain/principal.ts';

/** An authorizer's context holds plain values only, and WebSocket APIs make strings of them all. */
export const contextOf = ({ userId, scopes, expiresAt, profile, phoneNumber }: Principal): Record<string, string> => ({
  ...profile,
  ...(phoneNumber !== undefined && { phoneNumber }),
  userId,
  scope: scopes.join(' '),
  expiresAt: String(expiresAt),
});

/** Who is calling, or the authorizer's reason why nobody is. UNAUTHENTICATED once the token is over: a connection and a cached authorization may both outlive it. */
export function principalFrom(context: Record<string, unknown> | undefined, clock: Pick<Clock, 'now'>): Principal {
  const { userId, scope, expiresAt, phoneNumber, refusal, reason } = context ?? {};
  if (refusal === 'UNAUTHENTICATED' || refusal === 'UNAVAILABLE') throw new ChatError(refusal, String(reason));
  if (typeof userId !== 'string' || !userId) return refuse('UNAUTHENTICATED', 'authenticate', 'there is no token');
  const profile = nameClaimsIn(context);
  const principal: Principal = {
    userId,
    scopes: String(scope ?? '')
      .split(' ')
      .filter(Boolean),
    expiresAt: Number(expiresAt),
    ...(profile && { profile }),
    ...(typeof phoneNumber === 'string' && { phoneNumber }),
  };
  // Written so that a time that is not a number is over.
  if (!(principal.expiresAt > clock.now())) refuse('UNAUTHENTICATED', 'authenticate', 'the token has expired');
  return principal;
}

const nameClaims = ['displayName', 'firstName', 'lastName', 'avatarUrl'] as const;

function nameClaimsIn(context: Record<string, unknown> = {}): NameClaims | undefined {
  const given = nameClaims.flatMap((name) => (typeof context[name] === 'string' ? [[name, context[name]]] : []));
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}
