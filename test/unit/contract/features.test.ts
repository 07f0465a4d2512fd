import { describe, expect, test } from 'vitest';
import type * as z from 'zod/mini';
import {
  CreateConversationSchema,
  ListConversationsSchema,
  PatchConversationSchema,
  PatchPreferencesSchema,
} from '../../../contract/conversation.ts';
import { AddMembersSchema, ChangeRoleSchema } from '../../../contract/member.ts';
import { EditMessageFrameSchema, EditMessageSchema, ForwardMessageSchema } from '../../../contract/message.ts';
import { EmojiSchema } from '../../../contract/reaction.ts';
import { MoveWatermarkSchema } from '../../../contract/receipt.ts';
import { SyncSchema } from '../../../contract/sync.ts';
import { ProfileSchema } from '../../../contract/user.ts';

const accepts = (schema: z.ZodMiniType, value: unknown) => schema.safeParse(value).success;
const ids = (count: number) => Array.from({ length: count }, (_, n) => `g${n}`);
const channel = (more: object = {}) => ({ type: 'channel', title: 'News', ...more });
const cursors = (count: number) => Object.fromEntries(ids(count).map((id) => [id, { seq: 1, rev: 0 }]));

describe('a reaction', () => {
  test.each(['👍', '👍🏽', '👩🏽‍❤️‍💋‍👨🏿', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '#️⃣', '🇨🇭', ':party_parrot:', ':+1:'])('may be %s', (emoji) => {
    expect(EmojiSchema.parse(emoji)).toBe(emoji);
  });

  test('of a heart is one heart, however it was typed', () => {
    expect(EmojiSchema.parse('\u2764')).toBe('\u2764\ufe0f');
  });

  test.each(['', 'a', '1', '👍👍', '👍 ', ':a b:', '::', 'x'.repeat(41), '\u0000'])('must not be %j', (text) => {
    expect(accepts(EmojiSchema, text)).toBe(false);
  });
});

describe('what the features take', () => {
  test.each<[string, z.ZodMiniType, unknown]>([
    ['a channel with no members but its creator', CreateConversationSchema, channel()],
    [
      'a public channel of moderators',
      CreateConversationSchema,
      channel({ visibility: 'public', posting: 'moderators' }),
    ],
    ['a conversation of an order', CreateConversationSchema, channel({ context: { type: 'order', id: '4711/a' } })],
    ['a list by context', ListConversationsSchema, { contextType: 'order', contextId: '7' }],
    ['an avatar taken away', PatchConversationSchema, { avatarUrl: null }],
    ['a setting', PatchConversationSchema, { settings: { posting: 'moderators' } }],
    ['an hour of slow mode', PatchConversationSchema, { settings: { slowModeSeconds: 3_600 } }],
    ['an end to the muting', PatchPreferencesSchema, { mutedUntil: null }],
    ['a muting', PatchPreferencesSchema, { mutedUntil: '2026-01-01T00:00:00.000Z' }],
    ['an edit of the text alone', EditMessageSchema, { text: 'new' }],
    ['an edit in a frame', EditMessageFrameSchema, { messageId: 'g1.1', text: 'new' }],
    ['a watermark to the end', MoveWatermarkSchema, {}],
    ['a sync that knows nothing', SyncSchema, { cursors: {} }],
    ['a sync of 1,000 conversations', SyncSchema, { epoch: 'e', cursors: cursors(1_000) }],
    ['a profile', ProfileSchema, { displayName: 'Ann', avatarUrl: 'https://example.org/ann.png' }],
  ])('%s', (_, schema, value) => {
    expect(accepts(schema, value)).toBe(true);
  });

  test.each<[string, z.ZodMiniType, unknown]>([
    [
      'a public group',
      CreateConversationSchema,
      { ...channel({ memberIds: [] }), type: 'group', visibility: 'public' },
    ],
    [
      'a direct conversation of an order',
      CreateConversationSchema,
      { type: 'direct', userId: 'b', context: { type: 'o', id: '7' } },
    ],
    ['a context without an id', CreateConversationSchema, channel({ context: { type: 'order' } })],
    ['half a context', ListConversationsSchema, { contextType: 'order' }],
    ['a change of nothing', PatchConversationSchema, {}],
    ['slow mode of more than an hour', PatchConversationSchema, { settings: { slowModeSeconds: 3_601 } }],
    ['slow mode of half a second', CreateConversationSchema, channel({ slowModeSeconds: 0.5 })],
    ['a change of the type', PatchConversationSchema, { type: 'group' }],
    ['an avatar that is no web address', PatchConversationSchema, { avatarUrl: 'javascript:alert(1)' }],
    ['an avatar that is not encrypted on its way', PatchConversationSchema, { avatarUrl: 'http://example.org/a.png' }],
    ['preferences of nothing', PatchPreferencesSchema, {}],
    ['a muting until a day that does not exist', PatchPreferencesSchema, { mutedUntil: '2026-02-30T00:00:00Z' }],
    ['an edit of nothing', EditMessageSchema, {}],
    ['an edit of nothing in a frame', EditMessageFrameSchema, { messageId: 'g1.1' }],
    ['an edit of the type', EditMessageSchema, { text: 'x', type: 'image' }],
    ['a forward to nowhere', ForwardMessageSchema, { conversationIds: [] }],
    ['a forward to eleven conversations', ForwardMessageSchema, { conversationIds: ids(11) }],
    ['an addition of nobody', AddMembersSchema, { userIds: [] }],
    ['a role that does not exist', ChangeRoleSchema, { role: 'king' }],
    ['a watermark before the first message', MoveWatermarkSchema, { seq: -1 }],
    ['a watermark in the middle of a message', MoveWatermarkSchema, { seq: 1.5 }],
    ['a sync of 1,001 conversations', SyncSchema, { cursors: cursors(1_001) }],
    ['a sync cursor without a rev', SyncSchema, { cursors: { g1: { seq: 1 } } }],
    ['a profile without a name', ProfileSchema, { firstName: 'Ann' }],
  ])('not %s', (_, schema, value) => {
    expect(accepts(schema, value)).toBe(false);
  });
});
