import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../contract/message.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type Backend, startBackend, textOf } from './backend.ts';
import { type ConversationCalls, conversationCalls } from './conversation-calls.ts';
import { type ReaderCalls, readerCalls } from './reader-calls.ts';
import { foundIn, type SearchCalls, searchCalls } from './search-calls.ts';

let backend: Backend;
let calls: SearchCalls;
let readers: ReaderCalls;
let members: ConversationCalls;
let [ann, bob] = ['', ''];
let written: () => string;

beforeAll(async () => {
  backend = await startBackend();
  calls = await searchCalls();
  readers = await readerCalls();
  members = await conversationCalls(backend);
});
afterAll(() => backend.close());
beforeEach(() => {
  written = captureOutput().text;
  [ann, bob] = [`ann-${crypto.randomUUID()}`, `bob-${crypto.randomUUID()}`];
});
afterEach(() => vi.restoreAllMocks());

const newId = () => crypto.randomUUID();

const group = async (title = 'Team') =>
  (await backend.create(ann, { type: 'group', title, memberIds: [bob] })).body.conversation.id;
const say = async (userId: string, conversationId: string, text: string, over: object = {}): Promise<Message> =>
  (await backend.send(userId, conversationId, { ...textOf(newId(), text), ...over })).body.message;
const textsFound = async (userId: string, query: Record<string, string>) =>
  (await calls.search(userId, query)).body.messages.map(({ text }) => text);

describe('a search in one conversation', () => {
  test('finds what has all words, newest first, whatever the case and the accents', async () => {
    const conversationId = await group();
    await say(ann, conversationId, 'Wir treffen uns im Café Müller');
    await say(bob, conversationId, 'Nein, im anderen');
    await say(bob, conversationId, 'MULLERS CAFE? Gern');

    expect(await textsFound(bob, { conversationId, q: 'müller café' })).toEqual([
      'MULLERS CAFE? Gern',
      'Wir treffen uns im Café Müller',
    ]);
  });

  test('finds what is of a sender, of a type and of a time', async () => {
    const conversationId = await group();
    const first = await say(ann, conversationId, 'one');
    await say(bob, conversationId, 'two');
    await backend.send({ userId: 'backend', scope: 'chat:service' }, conversationId, {
      ...textOf(newId(), 'three'),
      type: 'system',
    });

    expect(await textsFound(ann, { conversationId, senderId: bob })).toEqual(['two']);
    expect(await textsFound(ann, { conversationId, type: 'system' })).toEqual(['three']);
    expect(await textsFound(ann, { conversationId, from: first.createdAt })).toContain('one');
    expect(await textsFound(ann, { conversationId, to: first.createdAt })).toEqual([]);
  });

  test('gives messages as events carry them, and says that nothing is left', async () => {
    const conversationId = await group();
    const message = await say(ann, conversationId, 'found');
    await backend.onMessage(bob, 'PUT /reactions/{emoji}', message.id, { params: { emoji: '👍' } });

    const { status, body } = await calls.search(ann, { conversationId, q: 'found' });
    expect(status).toBe(200);
    expect(body).toEqual({
      messages: [{ ...message, reactions: { '👍': { count: 1 } }, rev: 1 }],
      searched: { messages: 1, isComplete: true },
    });
  });

  test('finds nothing that is deleted, and of what was edited what it says now', async () => {
    const conversationId = await group();
    const gone = await say(ann, conversationId, 'the secret that is gone');
    const edited = await say(ann, conversationId, 'the secret of before');
    await readers.remove(ann, gone.id);
    await readers.edit(ann, edited.id, 'the word of now');

    expect(await textsFound(ann, { conversationId, q: 'secret' })).toEqual([]);
    expect(await textsFound(ann, { conversationId, q: 'now' })).toEqual(['the word of now']);
    expect(await textsFound(ann, { conversationId, senderId: ann })).toEqual(['the word of now']);
  });

  test('finds nothing that is encrypted', async () => {
    const conversationId = await group();
    await backend.send(ann, conversationId, {
      clientMessageId: newId(),
      encrypted: { algorithm: 'secret', ciphertext: 'secret' },
    });

    expect(await textsFound(ann, { conversationId, q: 'secret' })).toEqual([]);
    expect(await textsFound(ann, { conversationId, senderId: ann })).toEqual([]);
  });

  test('finds what was said before one joined, as history shows it', async () => {
    const conversationId = await group();
    await say(ann, conversationId, 'early');
    const late = `late-${crypto.randomUUID()}`;
    await members.add(ann, conversationId, late);

    expect(await textsFound(late, { conversationId, q: 'early' })).toEqual(['early']);
  });

  test('finds in what is closed, and for who was blocked', async () => {
    const { id } = (await backend.create(ann, { type: 'direct', userId: bob })).body.conversation;
    await say(bob, id, 'kept');
    await readers.block(ann, bob);

    expect(await textsFound(ann, { conversationId: id, q: 'kept' })).toEqual(['kept']);
    expect(await textsFound(bob, { conversationId: id, q: 'kept' })).toEqual(['kept']);
  });

  test('writes into its log nothing of what was asked or found', async () => {
    const conversationId = await group();
    await say(ann, conversationId, 'unmentionable');
    await calls.search(ann, { conversationId, q: 'unmentionable' });

    expect(written()).not.toContain('unmentionable');
  });
});

describe('a search of all conversations', () => {
  test('finds in each of them, newest first', async () => {
    const [one, other] = [await group('One'), await group('Other')];
    await say(ann, one, 'word 1');
    await say(ann, other, 'word 2');
    await say(bob, one, 'word 3');
    await say(bob, other, 'nothing');

    expect(await textsFound(bob, { q: 'word' })).toEqual(['word 3', 'word 2', 'word 1']);
  });

  test('finds nothing in those that the caller is not in', async () => {
    await say(ann, await group(), 'canary');
    expect((await calls.search('stranger', { q: 'canary' })).body).toEqual({
      messages: [],
      searched: { messages: 0, isComplete: true },
    });
    expect((await calls.search('stranger', { q: 'canary' }, 'chat:service')).body.messages).toEqual([]);
    expect((await calls.search('stranger', { q: 'canary' }, 'chat:admin')).body.messages).toEqual([]);
  });

  test('gives no word of one that the caller has left, from the index or by a cursor of before', async () => {
    const [left, kept] = [await group('Left'), await group('Kept')];
    for (const text of ['canary 1', 'canary 2', 'canary 3']) await say(ann, left, text);
    await say(ann, kept, 'canary of now');
    const first = await calls.search(bob, { q: 'canary', limit: '2' });
    expect(first.body.messages.map(({ text }) => text)).toEqual(['canary of now', 'canary 3']);
    expect(first.body.nextCursor).toContain(left);
    await readers.leave(bob, left);

    const { nextCursor: cursor = '' } = first.body;
    const rest = await calls.search(bob, { q: 'canary', limit: '2', cursor });
    expect(rest.body).toEqual({ messages: [], searched: { messages: 0, isComplete: true } });
    expect(await textsFound(bob, { q: 'canary' })).toEqual(['canary of now']);
  });

  test('gives nothing for a cursor of somebody else’s, not even how much there is', async () => {
    const conversationId = await group();
    for (const text of ['canary 1', 'canary 2']) await say(ann, conversationId, text);
    const { nextCursor: cursor = '' } = (await calls.search(ann, { q: 'canary', limit: '1' })).body;

    expect((await calls.search('stranger', { q: 'canary', cursor })).body).toEqual({
      messages: [],
      searched: { messages: 0, isComplete: true },
    });
    expect((await calls.search('stranger', { q: 'canary', conversationId, cursor })).status).toBe(403);
  });
});

test('while messages arrive, change and go, a search finds each of those that stay once', async () => {
  const [one, other] = [await group('One'), await group('Other')];
  const said: Message[] = [];
  for (let n = 0; n < 30; n += 1) said.push(await say(ann, n % 3 === 0 ? one : other, `word ${n}`));
  const toDelete = said.filter((_, place) => place % 5 === 0);
  const toEdit = said.filter((_, place) => place % 5 === 1);

  const pages = await calls.allPages(bob, { q: 'word', limit: '4' }, async () => {
    await say(ann, one, 'word that came later');
    for (const { id } of toDelete.splice(0, 1)) await readers.remove(ann, id);
    for (const { id } of toEdit.splice(0, 1)) await readers.edit(ann, id, 'another');
  });

  const found = foundIn(pages).map(({ id }) => id);
  expect(new Set(found).size).toBe(found.length);
  const staying = said.filter((_, place) => place % 5 > 1).map(({ id }) => id);
  expect(found).toEqual(expect.arrayContaining(staying));
  expect(said.map(({ id }) => id)).toEqual(expect.arrayContaining(found));
});

test('a cursor that is none is refused', async () => {
  const { status, body } = await calls.search(ann, { q: 'word', cursor: 'nonsense' });
  expect(status).toBe(400);
  expect(body).toMatchObject({
    code: 'VALIDATION_FAILED',
    errors: [{ path: 'cursor', message: 'is not a cursor of this search' }],
  });
});
