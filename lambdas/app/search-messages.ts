import { limits } from '../../contract/limits.ts';
import type { SearchMessages, SearchPage } from '../../contract/search.ts';
import { refuseFields } from '../domain/chat-error.ts';
import { publicMessage } from '../domain/message.ts';
import { type SearchCursor, searchCursorIn, searchCursorOf } from '../domain/search-cursor.ts';
import { isFound, type SearchFilter, wordsIn } from '../domain/search-filter.ts';
import { horizonOf, type Place, pageOf } from '../domain/search-trail.ts';
import { admit } from './admit.ts';
import { followTrails } from './follow-trails.ts';
import type { ConversationStore, MemberStore } from './ports.ts';
import type { Caller } from './readers.ts';
import type { SearchStore } from './search-ports.ts';

export interface SearchPorts {
  search: SearchStore;
  members: Pick<MemberStore, 'conversationsOf'>;
  conversations: Pick<ConversationStore, 'viewsOf'>;
}

const operation = 'search the messages';

/**
 * Messages that the caller may see, newest first: what the search starts from, a bounded number of queries, and one batch read of what
 * they found, so that what was deleted or edited meanwhile is judged by what it says now.
 */
export const searchMessages =
  (ports: SearchPorts) =>
  async (caller: Caller, asked: SearchMessages): Promise<SearchPage> => {
    const filter = filterFrom(asked);
    const { isAll, places } = await (asked.conversationId === undefined
      ? startInAll(ports, caller, asked)
      : startInOne(ports, caller, asked.conversationId, asked));
    const { trails, messages } = await followTrails(ports.search, places, filter, asked.limit);
    const { page, rest } = pageOf(trails, asked.limit);
    const found = await ports.search.messagesAt(page);
    return {
      messages: found.filter((message) => isFound(filter, message)).map((message) => publicMessage(message)),
      ...(rest.length > 0 && { nextCursor: searchCursorOf({ isAll, places: rest }) }),
      searched: { messages, ...backTo(rest), isComplete: isAll && rest.length === 0 },
    };
  };

const backTo = (rest: Place[]) => rest.length > 0 && { backTo: new Date(horizonOf(rest)).toISOString() };

function filterFrom({ q, senderId, type, from, to }: SearchMessages): SearchFilter {
  const words = wordsIn(q ?? '');
  if (q !== undefined && words.length === 0) {
    refuseFields(operation, [{ path: 'q', message: 'must have a letter, a digit or a sign' }]);
  }
  return { words, senderId, type, fromMs: momentIn(from), toMs: momentIn(to) };
}

const momentIn = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time));

/** FORBIDDEN to anyone but a member. */
async function startInOne(
  { conversations }: SearchPorts,
  caller: Caller,
  conversationId: string,
  { cursor }: SearchMessages,
): Promise<SearchCursor> {
  const [view] = await conversations.viewsOf(caller.userId, [conversationId]);
  const { head } = admit(view ?? {}, { principal: caller, right: 'read', operation });
  const end: Place = { conversationId, seq: head.lastSeq, atMs: head.lastActivityAtMs };
  if (cursor === undefined) return { isAll: true, places: [end] };
  const { places } = cursorIn(cursor);
  const [place, ...others] = places;
  if (place?.conversationId !== conversationId || others.length > 0) return refuseCursor();
  return { isAll: true, places: [{ ...place, seq: Math.min(place.seq, end.seq) }] };
}

/** Only where the caller is a member now, whatever the cursor says and however far behind the index is. */
async function startInAll(
  { search, members }: SearchPorts,
  { userId }: Caller,
  { cursor }: SearchMessages,
): Promise<SearchCursor> {
  if (cursor !== undefined) {
    const { isAll, places } = cursorIn(cursor);
    return { isAll, places: await ownOf(search, userId, places) };
  }
  const most = limits.searchConversations;
  const { conversationIds } = await members.conversationsOf(userId, { limit: most + 1 });
  const ends = await search.endsOf(conversationIds.slice(0, most));
  return { isAll: conversationIds.length <= most, places: await ownOf(search, userId, ends) };
}

async function ownOf(search: SearchStore, userId: string, places: Place[]): Promise<Place[]> {
  const own = await search.membershipsAmong(
    userId,
    places.map(({ conversationId }) => conversationId),
  );
  return places.filter(({ conversationId }) => own.has(conversationId));
}

function cursorIn(text: string): SearchCursor {
  const cursor = searchCursorIn(text);
  return cursor && cursor.places.length <= limits.searchConversations ? cursor : refuseCursor();
}

const refuseCursor = () => refuseFields(operation, [{ path: 'cursor', message: 'is not a cursor of this search' }]);
