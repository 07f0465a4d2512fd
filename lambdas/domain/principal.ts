/** Who is calling, as the token says. */
export interface Principal {
  /** The token's `sub`. */
  userId: string;
  scopes: string[];
  /** When the token ends, milliseconds since 1970. */
  expiresAt: number;
}
