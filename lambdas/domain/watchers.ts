import type { Connection } from './connection.ts';

/** A connection that hears who is typing in a conversation that it has joined. */
export type Watcher = Pick<Connection, 'connectionId' | 'userId' | 'expiresAtMs'>;

export type Place =
  /** `instead`: those that are over, and make room. */
  { isFree: true; instead: Watcher[] } | { isFree: false };

/** Whether one more may watch: it may where it does already, where there is room, and where somebody's time is over. */
export function placeFor(connectionId: string, watchers: Watcher[], nowMs: number, most: number): Place {
  const others = watchers.filter((watcher) => watcher.connectionId !== connectionId);
  const instead = others.filter(({ expiresAtMs }) => expiresAtMs <= nowMs);
  return others.length - instead.length < most ? { isFree: true, instead } : { isFree: false };
}

/** The connections that are to hear what this user does: all but their own. */
export const listeners = (watchers: Watcher[], userId: string, nowMs: number): Watcher[] =>
  watchers.filter((watcher) => watcher.userId !== userId && watcher.expiresAtMs > nowMs);
