import type { User } from '../../contract/user.ts';

/** What a token says of its user's name; a profile that the user has set goes before it. */
export type NameClaims = Pick<User, 'displayName' | 'firstName' | 'lastName' | 'avatarUrl'>;

/** Who is calling, as the token says. */
export interface Principal {
  /** The token's `sub`. */
  userId: string;
  scopes: string[];
  /** When the token ends, milliseconds since 1970. */
  expiresAt: number;
  /** Absent where the token has no claim of a name. */
  profile?: NameClaims;
  /** E.164, where the token says that it is verified. */
  phoneNumber?: string;
}

/** Somebody who moderates the whole chat. */
export const isAdmin = ({ scopes }: Pick<Principal, 'scopes'>): boolean => scopes.includes('chat:admin');

/** A trusted backend of the deployer's. */
export const isService = ({ scopes }: Pick<Principal, 'scopes'>): boolean => scopes.includes('chat:service');
