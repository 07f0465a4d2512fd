import { refuseFields } from '../domain/chat-error.ts';

/** A place in an index, opaque to clients. It can only point into the caller's own partition: the partition is never in it. */
export const cursorOf = (sortKey: string): string => Buffer.from(sortKey).toString('base64url');

export function sortKeyOf(cursor: string, prefix: string): string {
  const sortKey = Buffer.from(cursor, 'base64url').toString();
  if (!sortKey.startsWith(prefix) || cursorOf(sortKey) !== cursor) {
    refuseFields('read the page', [{ path: 'cursor', message: 'is not a cursor of this list' }]);
  }
  return sortKey;
}
