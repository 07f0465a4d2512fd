/** One WebSocket connection of a user. */
export interface Connection {
  connectionId: string;
  userId: string;
  openedAtMs: number;
  /** When it is over in any case: its token's end, or API Gateway's two hours. */
  expiresAtMs: number;
  /** Of the token that renewed it, where one has. */
  scope?: string;
  /** Its user does not look at it. */
  isAway?: true;
  /** The conversations that it looks at. */
  joined: string[];
}

/** Which connection, and whose. */
export type ConnectionPlace = Pick<Connection, 'userId' | 'connectionId'>;

/** API Gateway closes every connection after this long. */
export const longestConnectionMs = 2 * 60 * 60_000;

/** API Gateway waits no longer for `$connect`. */
export const longestConnectMs = 30_000;

/** For this long a connection may answer 410 because its `$connect` is still running, and not because it is gone. */
const youngConnectionMs = 10_000;

export const isYoung = ({ openedAtMs }: Pick<Connection, 'openedAtMs'>, nowMs: number): boolean =>
  nowMs - openedAtMs < youngConnectionMs;

export const isLive = ({ expiresAtMs }: Pick<Connection, 'expiresAtMs'>, nowMs: number): boolean => expiresAtMs > nowMs;

/** What one user may have of connections. */
export interface ConnectionLimits {
  connectsPerMinute: number;
  connectionsPerUser: number;
}

/** The most connects a minute that can be told apart: as many openings are remembered. */
export const openingsKept = 30;

/** The sliding window in which connects are counted. */
export const connectWindowMs = 60_000;
