import type { Message } from '../domain/message.ts';
import type { Place, Range, Stretch } from '../domain/search-trail.ts';

/** What a search needs. */
export interface SearchStore {
  /** Where the logs of those conversations that exist end, as of a moment ago. One batch read. */
  endsOf(conversationIds: string[]): Promise<Place[]>;
  /** In which of these the user is a member. One batch read. */
  membershipsAmong(userId: string, conversationIds: string[]): Promise<Set<string>>;
  /** What is in a range, or the first megabyte of it, as of a moment ago, and the read units that it took. One query. */
  read(range: Range): Promise<{ stretch: Stretch; units: number }>;
  /** Those that exist, whole and as they are now, in this order. One batch read. */
  messagesAt(places: Place[]): Promise<Message[]>;
}
