import { describe, expect, test } from 'vitest';
import type * as z from 'zod/mini';
import { CreateAttachmentSchema } from '../../../contract/attachment.ts';
import { PageSchema } from '../../../contract/common.ts';
import { ConversationParamsSchema, CreateConversationSchema } from '../../../contract/conversation.ts';
import { RegisterDeviceSchema } from '../../../contract/device.ts';
import { FrameAddressSchema, FrameSchema } from '../../../contract/frame.ts';
import { HistoryQuerySchema, SendMessageFrameSchema, SendMessageSchema } from '../../../contract/message.ts';

const accepts = (schema: z.ZodMiniType, value: unknown) => schema.safeParse(value).success;

const message = (more: object = {}) => ({ clientMessageId: 'c-1', text: 'Hello', ...more });
/** As it comes off the wire, where JSON says more than a literal can. */
const messageWithMetadata = (json: string) => JSON.parse(`{"clientMessageId":"c-1","text":"Hello","metadata":${json}}`);
const file = (more: object = {}) => ({ attachmentId: 'a-1', ...more });
const files = (count: number) => Array.from({ length: count }, (_, n) => file({ attachmentId: `a-${n}` }));
const picture = (more: object = {}) => file({ width: 640, height: 480, ...more });
const voice = (more: object = {}) => file({ durationMs: 3_000, waveform: [0, 50, 100], ...more });
const upload = (more: object = {}) => ({ fileName: 'cat.png', contentType: 'image/png', size: 5, ...more });
const group = (more: object = {}) => ({ type: 'group', title: 'Team', memberIds: ['bob'], ...more });
const ids = (count: number) => Array.from({ length: count }, (_, n) => `user-${n}`);

describe('a message', () => {
  test.each<[string, unknown]>([
    ['5,000 characters', message({ text: 'a'.repeat(5_000) })],
    ['5,000 emoji, each of them two UTF-16 code units', message({ text: '😀'.repeat(5_000) })],
    [
      'an envelope and no text',
      message({ text: undefined, encrypted: { algorithm: 'mls', ciphertext: 'x', epoch: 7 } }),
    ],
    ['a picture and no text', message({ type: 'image', text: undefined, attachments: [picture()] })],
    ['a voice and how it looks', message({ type: 'voice', text: undefined, attachments: [voice()] })],
    ['ten files', message({ type: 'file', attachments: files(10) })],
    [
      'a voice that is encrypted',
      message({ type: 'voice', text: undefined, encrypted: { algorithm: 'mls', ciphertext: 'x' } }),
    ],
    ['a message that it answers, and users whom it means', message({ replyTo: 'g1.7', mentions: ['bob'] })],
    ['several lines with tabs', message({ text: 'one\n\ttwo\r\n' })],
    ['right-to-left text and its marks', message({ text: 'שלום \u200f!' })],
    ['a client id of 128 characters', message({ clientMessageId: 'x'.repeat(128) })],
    ['metadata of every kind of JSON value', message({ metadata: { a: [1, 'x', null, true, { b: 0.5 }] } })],
    ['the largest whole number that is exact', message({ metadata: { n: Number.MAX_SAFE_INTEGER } })],
    ['metadata of exactly 4 KiB', message({ metadata: { k: 'x'.repeat(4 * 1_024 - '{"k":""}'.length) } })],
  ])('may have %s', (_, value) => {
    expect(accepts(SendMessageSchema, value)).toBe(true);
  });

  test.each<[string, unknown]>([
    ['5,001 characters', message({ text: 'a'.repeat(5_001) })],
    ['5,001 emoji', message({ text: '😀'.repeat(5_001) })],
    ['no text', message({ text: undefined })],
    ['text of white space', message({ text: ' \n\t' })],
    ['a NUL', message({ text: 'a\u0000b' })],
    ['an escape sequence', message({ text: '\u001b[2J' })],
    ['half an emoji', message({ text: '\ud83d' })],
    ['the halves of an emoji the wrong way round', message({ text: '\ude00\ud83d' })],
    ['an empty client id', message({ clientMessageId: '' })],
    ['a client id of 129 characters', message({ clientMessageId: 'x'.repeat(129) })],
    ['a client id that rings a bell', message({ clientMessageId: 'x\u0007y' })],
    ['a type that nobody knows', message({ type: 'poem' })],
    ['a picture without a picture', message({ type: 'image' })],
    ['a picture of no height', message({ type: 'image', attachments: [file({ width: 640 })] })],
    ['a picture of no extent', message({ type: 'image', attachments: [picture({ width: 0 })] })],
    ['a voice without its waveform', message({ type: 'voice', attachments: [voice({ waveform: undefined })] })],
    ['a voice louder than loud', message({ type: 'voice', attachments: [voice({ waveform: [101] })] })],
    ['a waveform of 129 points', message({ type: 'voice', attachments: [voice({ waveform: Array(129).fill(1) })] })],
    ['a film of more than a day', message({ attachments: [file({ durationMs: 24 * 3_600_000 + 1 })] })],
    ['eleven attachments', message({ attachments: files(11) })],
    ['the same file twice', message({ attachments: [file(), file()] })],
    ['a file that its sender describes', message({ attachments: [file({ fileName: 'cat.png' })] })],
    ['an envelope without its ciphertext', message({ encrypted: { algorithm: 'mls' } })],
    [
      'an envelope of more than 16 KiB',
      message({ encrypted: { algorithm: 'mls', ciphertext: 'x'.repeat(16 * 1024) } }),
    ],
    ['51 mentions', message({ mentions: ids(51) })],
    [
      'more than a frame holds',
      message({
        text: '😀'.repeat(5_000),
        metadata: { k: 'x'.repeat(4_000) },
        mentions: ids(50).map((id) => id.padEnd(128, 'x')),
      }),
    ],
    ['a sender of its own choice', message({ senderId: 'bob' })],
    ['a seq of its own choice', message({ seq: 1 })],
    ['an item’s own attributes', message({ PK: 'CONV#x' })],
    ['an infinite number', messageWithMetadata('{"n":1e400}')],
    ['an infinite number far down', messageWithMetadata('{"a":{"b":[1e400]}}')],
    ['a number that the table can not hold', messageWithMetadata('{"n":1e300}')],
    ['a number that a double rounds', messageWithMetadata('{"a":[9007199254740993]}')],
    ['a number too close to zero for the table', messageWithMetadata('{"n":1e-200}')],
    ['an empty name, which the table does not hold', messageWithMetadata('{"a":{"":1}}')],
    ['metadata that is a list', messageWithMetadata('[]')],
    ['metadata of more than 4 KiB', message({ metadata: { k: 'x'.repeat(4 * 1_024) } })],
    ['more than 4 KiB of UTF-8 in fewer characters', message({ metadata: { k: '€'.repeat(1_400) } })],
  ])('must not have %s', (_, value) => {
    expect(accepts(SendMessageSchema, value)).toBe(false);
  });

  test('metadata that names the prototype of objects changes nothing', () => {
    const value = messageWithMetadata('{"__proto__":{"polluted":true},"kept":1}');
    const { metadata } = SendMessageSchema.parse(value);
    expect(Object.entries(metadata ?? {})).toEqual([['kept', 1]]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('of two fields of one name the last counts, as in every JSON parser that we know', () => {
    const value = JSON.parse('{"clientMessageId":"c-1","text":"first","text":"second"}');
    expect(SendMessageSchema.parse(value).text).toBe('second');
  });

  test('is kept in one spelling, whichever it came in', () => {
    expect(SendMessageSchema.parse(message({ text: 'Cafe\u0301' })).text).toBe('Caf\u00e9');
  });

  test('is text unless it says otherwise', () => {
    expect(SendMessageSchema.parse(message()).type).toBe('text');
  });

  test('in a frame also says to which conversation', () => {
    expect(accepts(SendMessageFrameSchema, message({ conversationId: 'g1' }))).toBe(true);
    expect(accepts(SendMessageFrameSchema, message())).toBe(false);
  });
});

describe('a new conversation', () => {
  test.each<[string, unknown]>([
    ['a direct one', { type: 'direct', userId: 'bob' }],
    ['a group', group()],
    ['a group of its creator alone', group({ memberIds: [] })],
    ['a group with a title of 100 emoji', group({ title: '😀'.repeat(100) })],
    ['users whose ids hold the separators of our keys', group({ memberIds: ['a#b', 'a%23b', 'a|b', '../x'] })],
  ])('may be %s', (_, value) => {
    expect(accepts(CreateConversationSchema, value)).toBe(true);
  });

  test.each<[string, unknown]>([
    ['without a type', { userId: 'bob' }],
    ['of a type that nobody knows', { type: 'party', userId: 'bob' }],
    ['a direct one with a title', { type: 'direct', userId: 'bob', title: 'x' }],
    ['a group without a title', group({ title: undefined })],
    ['a group with a title of 101 characters', group({ title: 'x'.repeat(101) })],
    ['a group of 1,001 others', group({ memberIds: ids(1_001) })],
    ['a group with an empty user id', group({ memberIds: ['bob', ''] })],
    ['a group that gives its creator’s role', group({ role: 'owner' })],
  ])('must not be %s', (_, value) => {
    expect(accepts(CreateConversationSchema, value)).toBe(false);
  });
});

describe('the rest of the wire', () => {
  test.each<[string, z.ZodMiniType, unknown]>([
    ['a limit of 0', PageSchema, { limit: '0' }],
    ['a limit of 101', PageSchema, { limit: '101' }],
    ['a limit with an exponent', PageSchema, { limit: '1e1' }],
    ['a limit that is given twice', PageSchema, { limit: '1,2' }],
    ['a cursor longer than any of ours', PageSchema, { cursor: 'x'.repeat(1_025) }],
    ['a negative position', HistoryQuerySchema, { before: '-1' }],
    ['a position beyond every number', HistoryQuerySchema, { after: '9'.repeat(400) }],
    ['two positions', HistoryQuerySchema, { before: '1', after: '2' }],
    ['a conversation id with a separator', ConversationParamsSchema, { conversationId: 'a#MSG#1' }],
    ['a conversation id that climbs', ConversationParamsSchema, { conversationId: '../x' }],
    ['a conversation id of 129 characters', ConversationParamsSchema, { conversationId: 'x'.repeat(129) }],
    ['a conversation id with a line end', ConversationParamsSchema, { conversationId: 'x\n' }],
    ['a push platform that does not exist', RegisterDeviceSchema, { platform: 'pager', token: 't' }],
    ['a push token with a space', RegisterDeviceSchema, { platform: 'fcm', token: 'a b' }],
    ['an endless push token', RegisterDeviceSchema, { platform: 'fcm', token: 'x'.repeat(4_097) }],
    ['a frame without an action', FrameSchema, { id: '1' }],
    ['a frame whose id is a number', FrameSchema, { action: 'message.send', id: 1 }],
    ['a frame with a field that nobody knows', FrameSchema, { action: 'message.send', token: 'x' }],
  ])('%s is refused', (_, schema, value) => {
    expect(accepts(schema, value)).toBe(false);
  });

  test('a page has 50 things unless it says otherwise', () => {
    expect(PageSchema.parse({})).toEqual({ limit: 50 });
    expect(HistoryQuerySchema.parse({ limit: '7', around: '3' })).toEqual({ limit: 7, around: 3 });
  });

  test.each<[string, unknown, object]>([
    ['whole', { action: 'message.send', id: '1', data: 5 }, { action: 'message.send', id: '1' }],
    ['with an id that is none', { action: 'message.send', id: 5 }, { action: 'message.send', id: undefined }],
    ['with an action that is none', { action: {}, id: '1' }, { action: undefined, id: '1' }],
    ['with nothing right', {}, {}],
  ])('a frame %s can be answered as far as it says whom', (_, frame, address) => {
    expect(FrameAddressSchema.parse(frame)).toEqual(address);
  });
});

describe('a file to upload', () => {
  test.each<[string, unknown]>([
    ['one byte', upload({ size: 1 })],
    ['100 MB', upload({ size: 100 * 1024 * 1024 })],
    ['a name of 255 emoji', upload({ fileName: '😀'.repeat(255) })],
    ['a type of an office', upload({ contentType: 'application/vnd.oasis.opendocument.text' })],
  ])('may have %s', (_, value) => {
    expect(accepts(CreateAttachmentSchema, value)).toBe(true);
  });

  test.each<[string, unknown]>([
    ['no bytes', upload({ size: 0 })],
    ['half a byte', upload({ size: 0.5 })],
    ['a byte more than 100 MB', upload({ size: 100 * 1024 * 1024 + 1 })],
    ['no name', upload({ fileName: ' ' })],
    ['a name of 256 characters', upload({ fileName: 'x'.repeat(256) })],
    ['a name with a NUL', upload({ fileName: 'x\u0000' })],
    ['a type that is none', upload({ contentType: 'picture' })],
    ['a type with parameters', upload({ contentType: 'text/plain; charset=utf-8' })],
    ['a key of its own choice', upload({ key: 'mine' })],
  ])('can’t have %s', (_, value) => {
    expect(accepts(CreateAttachmentSchema, value)).toBe(false);
  });

  test('has a type in small letters, as S3 compares them', () => {
    expect(CreateAttachmentSchema.parse(upload({ contentType: 'Image/PNG' })).contentType).toBe('image/png');
  });
});
