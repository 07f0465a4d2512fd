import type { Preview } from '../../contract/notification.ts';
import type { Head } from './conversation.ts';
import { firstBytes, type Message } from './message.ts';
import { isMentioned } from './push-decision.ts';

/** Words for a person, and where they are ours and not a user's, the key by which an app may have them in its own language. */
export interface Phrase {
  text: string;
  key?: PhraseKey;
  args?: string[];
}

/** Keys of an app's own strings. `%s` stands for the first of `args`. */
const phrases = {
  PARLEY_NEW_MESSAGE: 'New message',
  PARLEY_SENT_A_MESSAGE: '%s sent a message',
  PARLEY_MENTIONED_YOU: '%s mentioned you',
  PARLEY_REPLIED_TO_YOU: '%s replied to you',
  PARLEY_PHOTO: 'Photo',
  PARLEY_FILE: 'File',
  PARLEY_VOICE_MESSAGE: 'Voice message',
} as const;
export type PhraseKey = keyof typeof phrases;

/** What a notification says: the place, who did what in it, and what was said. */
export interface Wording {
  title?: Phrase;
  /** Absent where the title says who it is. */
  lead?: Phrase;
  body: Phrase;
}

/** A message and what its words depend on. */
export interface News {
  userId: string;
  head: Pick<Head, 'type' | 'title'>;
  message: Message;
  /** Absent where the sender has no profile. */
  senderName?: string | undefined;
  answeredUserId?: string | undefined;
}

/** The longest text that a lock screen shows. Graphemes. */
const longestText = 180;
const longestName = 60;

/** What is shown at most of a message, as its reader wants it; of an encrypted one never a word. */
export function wordingOf(news: News, preview: Preview): Wording {
  if (preview === 'none') return { body: phrase('PARLEY_NEW_MESSAGE') };
  const title = titleOf(news);
  const lead = leadOf(news);
  const body = preview === 'full' ? bodyOf(news.message) : phrase('PARLEY_NEW_MESSAGE');
  if (preview === 'sender' && lead)
    return { title, body: lead.key ? lead : phrase('PARLEY_SENT_A_MESSAGE', lead.text) };
  // Twice the same words are once too many.
  return { ...(title.key !== body.key || body.key === undefined ? { title } : {}), ...(lead && { lead }), body };
}

function titleOf({ head, senderName }: News): Phrase {
  const name = head.type === 'direct' ? senderName : head.title;
  return name === undefined ? phrase('PARLEY_NEW_MESSAGE') : { text: shownName(name) };
}

/** In a conversation of two the title is the sender. What the system says, nobody says. */
function leadOf({ userId, head, message, senderName, answeredUserId }: News): Phrase | undefined {
  if (senderName === undefined || message.type === 'system' || head.type === 'direct') return undefined;
  const name = shownName(senderName);
  if (isMentioned(userId, message)) return phrase('PARLEY_MENTIONED_YOU', name);
  return answeredUserId === userId ? phrase('PARLEY_REPLIED_TO_YOU', name) : { text: name };
}

function bodyOf({ type, text, encrypted }: Message): Phrase {
  if (encrypted === undefined && text !== undefined) return { text: cut(text, longestText) };
  return phrase((encrypted === undefined && wordlessKeys[type]) || 'PARLEY_NEW_MESSAGE');
}

const wordlessKeys: Partial<Record<Message['type'], PhraseKey>> = {
  image: 'PARLEY_PHOTO',
  file: 'PARLEY_FILE',
  voice: 'PARLEY_VOICE_MESSAGE',
};

const phrase = (key: PhraseKey, ...args: string[]): Phrase => ({
  text: phrases[key].replace('%s', () => args[0] ?? ''),
  key,
  ...(args.length > 0 && { args }),
});

/** Controls of direction would turn round the words after the name too. */
const shownName = (name: string): string => cut(name.replace(/[\u202a-\u202e\u2066-\u2069]/g, ''), longestName);

/** Whole characters as people count them; bounded in bytes too, since one of them may be of any length. */
export function cut(text: string, most: number): string {
  const bounded = firstBytes(text, most * 4 + 3);
  const characters = Array.from(new Intl.Segmenter().segment(bounded), ({ segment }) => segment);
  return characters.length <= most ? bounded : `${characters.slice(0, most).join('')}…`;
}

/** In one line, as for an SMS. */
export const lineOf = ({ title, lead, body }: Wording): string =>
  [title, lead, body].flatMap((part) => part?.text ?? []).join(': ');
