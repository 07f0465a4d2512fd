import * as z from 'zod/mini';
import { humanText, IdSchema, OpaqueIdSchema, queryInteger } from './common.ts';
import { limits } from './limits.ts';
import { type Message, messageTypes } from './message.ts';

const SearchTextSchema = humanText(limits.searchLength).check(
  z.refine((text) => wordsIn(text) <= limits.searchWords, `must be at most ${limits.searchWords} words`),
);
const wordsIn = (text: string) => text.trim().split(/\s+/u).length;

interface Asked {
  q?: string | undefined;
  senderId?: string | undefined;
  type?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const asksForSomething = ({ q, senderId, type, from, to }: Asked) =>
  [q, senderId, type, from, to].some((each) => each !== undefined);
const isForward = ({ from, to }: Asked) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to);

/**
 * Messages that have every word of `q` somewhere in their text or in the name of a file, whatever the case and the accents, and that
 * are of this sender, of this type, and said at or after `from` and before `to`; in one conversation, or in all of the caller's.
 * `cursor` is the last answer's `nextCursor`, with everything else as it was.
 */
export const SearchMessagesSchema = z
  .strictObject({
    q: z.optional(SearchTextSchema),
    conversationId: z.optional(OpaqueIdSchema),
    senderId: z.optional(IdSchema),
    type: z.optional(z.enum(messageTypes)),
    from: z.optional(z.iso.datetime()),
    to: z.optional(z.iso.datetime()),
    limit: z._default(z.optional(queryInteger(1, limits.pageSize.most)), limits.pageSize.usual),
    cursor: z.optional(z.string().check(z.maxLength(limits.searchCursorLength))),
  })
  .check(
    z.refine(asksForSomething, { error: 'needs q, senderId, type, from or to', path: ['q'] }),
    z.refine(isForward, { error: 'must be after from', path: ['to'] }),
  );
export type SearchMessages = z.output<typeof SearchMessagesSchema>;

/** How far a search has come. */
export interface Searched {
  /** How many messages this call has looked at. */
  messages: number;
  /** Whatever was said after this time has been looked at, by this call or those before it. Absent where nothing is left to look at. */
  backTo?: string;
  /**
   * Nothing is left that the caller may see. False without a `nextCursor`: the caller is in more conversations than one search looks
   * at, which is the most recently active; the others can be searched one by one.
   */
  isComplete: boolean;
}

/**
 * What was found, newest first, over all pages of a search. A call looks at so many messages and no more: a page may hold fewer than its
 * limit, or none, and only the missing `nextCursor` says that it was the last. What is said after a search has begun is not part of it.
 */
export interface SearchPage {
  /** As events carry them: `status` is `sent`, and of reactions only the counts are told. */
  messages: Message[];
  nextCursor?: string;
  searched: Searched;
}
