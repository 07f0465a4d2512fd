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
}

/** A trusted backend of the deployer's. */
export const isService = ({ scopes }: Pick<Principal, 'scopes'>): boolean => scopes.includes('chat:service');
