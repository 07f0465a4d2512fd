import type { Place } from './search-trail.ts';

/** How far a search has come: opaque to clients, and nothing in it is believed, for anybody can write one. */
export interface SearchCursor {
  /** False where its user is in more conversations than are searched. */
  isAll: boolean;
  places: Place[];
}

/** Of characters that need no escape in a URL, of which it may be half. */
export const searchCursorOf = ({ isAll, places }: SearchCursor): string =>
  [
    isAll ? 'all' : 'some',
    ...places.flatMap(({ conversationId, seq, atMs }) => [conversationId, ...[seq, atMs].map(short)]),
  ].join('.');

/** Nothing where the text is no cursor. */
export function searchCursorIn(text: string): SearchCursor | undefined {
  const [reach, ...parts] = text.split('.');
  const places = Array.from({ length: parts.length / 3 }, (_, place) => placeIn(parts.slice(place * 3, place * 3 + 3)));
  const cursor = { isAll: reach === 'all', places };
  return searchCursorOf(cursor) === text && places.every(isPlace) && areApart(places) ? cursor : undefined;
}

const areApart = (places: Place[]) =>
  new Set(places.map(({ conversationId }) => conversationId)).size === places.length;

const short = (number: number) => number.toString(36);

const placeIn = ([conversationId = '', seq = '', atMs = '']: string[]): Place => ({
  conversationId,
  seq: Number.parseInt(seq, 36),
  atMs: Number.parseInt(atMs, 36),
});

const isPlace = ({ conversationId, seq, atMs }: Place) =>
  /^[\w~-]{1,128}$/.test(conversationId) && Number.isSafeInteger(seq) && seq > 0 && Number.isSafeInteger(atMs);
