/** One live WebSocket connection of a user. */
export interface Connection {
  connectionId: string;
  userId: string;
  openedAtMs: number;
  /** When it is over in any case: its token's end, or API Gateway's two hours. */
  expiresAtMs: number;
}

/** API Gateway closes every connection after this long. */
export const longestConnectionMs = 2 * 60 * 60_000;

/** For this long a connection may answer 410 because its `$connect` is still running, and not because it is gone. */
export const youngConnectionMs = 10_000;

export const isYoung = ({ openedAtMs }: Connection, nowMs: number): boolean => nowMs - openedAtMs < youngConnectionMs;
