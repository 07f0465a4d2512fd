import * as z from 'zod/mini';
import { OpaqueIdSchema } from './common.ts';
import { limits } from './limits.ts';

/** Fully qualified, as keyboards send it: one picture has one spelling, and so one count. */
const emoji = /^\p{RGI_Emoji}$/v;
/** An emoji of the deployer's own. */
const shortname = /^:[\w+-]{1,36}:$/;

/** A heart without the selector that makes it a picture is the same heart. */
const qualified = (text: string) => (emoji.test(`${text}\ufe0f`) ? `${text}\ufe0f` : text);

/** One emoji, or a `:shortname:`. */
export const EmojiSchema = z.string().check(
  z.maxLength(limits.emojiBytes, { error: 'must be one emoji or a :shortname:', abort: true }),
  z.normalize('NFC'),
  z.overwrite(qualified),
  z.refine((text) => emoji.test(text) || shortname.test(text), 'must be one emoji or a :shortname:'),
);

export const ReactionParamsSchema = z.strictObject({ messageId: OpaqueIdSchema, emoji: EmojiSchema });

/** `reaction.add` and `reaction.remove`. */
export const ReactionFrameSchema = ReactionParamsSchema;

/** One user's reaction to a message. A user may react with several emoji, with each of them once. */
export interface Reaction {
  userId: string;
  emoji: string;
  at: string;
}

export interface ReactionPage {
  reactions: Reaction[];
  nextCursor?: string;
}
