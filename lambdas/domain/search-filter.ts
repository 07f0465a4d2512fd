import { foldedText } from './folded-text.ts';
import type { Message } from './message.ts';

/** Which messages are looked for; what is absent matches all. */
export interface SearchFilter {
  /** Folded. */
  words: string[];
  senderId?: string | undefined;
  type?: Message['type'] | undefined;
  /** The first moment, and the first that is too late. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

/** As much of a message as it takes to tell whether it is looked for. */
export type Searchable = Pick<
  Message,
  'seq' | 'senderId' | 'type' | 'text' | 'attachments' | 'createdAtMs' | 'deletedAtMs'
> & {
  /** Whatever is left of the envelope. */
  encrypted?: object;
};

export const wordsIn = (text: string): string[] => foldedText(text).split(/\s+/u).filter(Boolean);

/** What can't be read is never found, whatever is asked: a deleted message, an encrypted one. */
export const isFound = (filter: SearchFilter, message: Searchable): boolean =>
  message.deletedAtMs === undefined &&
  message.encrypted === undefined &&
  isAmong(filter, message) &&
  hasWords(filter.words, message);

const isAmong = ({ senderId, type, fromMs, toMs }: SearchFilter, message: Searchable): boolean =>
  (senderId === undefined || message.senderId === senderId) &&
  (type === undefined || message.type === type) &&
  (fromMs === undefined || message.createdAtMs >= fromMs) &&
  (toMs === undefined || message.createdAtMs < toMs);

/** No word has a line end in it, so that none is found across the end of a name. */
function hasWords(words: string[], { text = '', attachments = [] }: Searchable): boolean {
  if (words.length === 0) return true;
  const said = foldedText([text, ...attachments.map(({ fileName }) => fileName)].join('\n'));
  return words.every((word) => said.includes(word));
}

/** What two messages of one conversation may be out of order by: how long a send takes, and what clocks differ by, generously. */
const disorderMs = 60_000;

/** Whether nothing is looked for below a message of this time. */
export const isTooOld = ({ fromMs = 0 }: SearchFilter, atMs: number): boolean => atMs < fromMs - disorderMs;
