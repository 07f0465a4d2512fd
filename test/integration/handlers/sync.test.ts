import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConversationChanges, SyncAnswer, Synced } from '../../../contract/sync.ts';
import { openTable } from '../../../lambdas/data/client.ts';
import { conversationStore } from '../../../lambdas/data/conversation-store.ts';
import { messageStore } from '../../../lambdas/data/message-store.ts';
import { tableName } from '../../helpers/database.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
import { type Backend, startBackend, textOf } from './backend.ts';
import { type ReaderCalls, readerCalls, syncingClient } from './reader-calls.ts';

let backend: Backend;
let calls: ReaderCalls;
let group: string;
let user = 0;
let [ann, bob] = ['', ''];

beforeAll(async () => {
  backend = await startBackend();
  calls = await readerCalls();
});
afterAll(() => backend.close());
freezeTime();
beforeEach(async () => {
  // A user's first sync is of all their conversations: each test has users of its own.
  user += 1;
  [ann, bob] = [`ann-${user}`, `bob-${user}`];
  group = await newGroup();
});

const newGroup = async () =>
  (await backend.create(ann, { type: 'group', title: 'Team', memberIds: [bob] })).body.conversation.id;
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);
const sent = async (conversationId: string, text: string) =>
  (await backend.send(ann, conversationId, textOf(crypto.randomUUID(), text))).body.message;

const answered = (answer: SyncAnswer): Synced => {
  if ('reset' in answer) throw new Error('the answer is a reset');
  return answer;
};
const syncOf = async (body: object) => answered((await calls.sync(bob, body)).body);
const clientOfBob = () => syncingClient(async (body) => (await calls.sync(bob, body)).body);
const textsIn = (answers: Synced[], pick: (changes: ConversationChanges) => { text?: string }[]) =>
  answers.flatMap(({ conversations }) => conversations.flatMap(pick)).map(({ text }) => text);
const newIn = (answers: Synced[]) => textsIn(answers, ({ messages }) => messages);
const changedIn = (answers: Synced[]) => textsIn(answers, ({ changed }) => changed);

describe('a client that holds nothing', () => {
  test('gets every conversation with its summary, its messages and the receipts', async () => {
    await sent(group, 'one');
    await sent(group, 'two');

    const [changes] = (await syncOf({ cursors: {} })).conversations;

    expect(changes).toMatchObject({
      conversationId: group,
      settledSeq: 2,
      lastSeq: 2,
      messages: [{ text: 'one' }, { text: 'two' }],
      changed: [],
      hasMore: false,
      conversation: { id: group, title: 'Team', unreadCount: 2, lastDeliveredSeq: 2 },
    });
    expect(changes?.receipts).toContainEqual({ userId: bob, lastReadSeq: 0, lastDeliveredSeq: 2 });
    expect(changes?.receipts).toHaveLength(2);
  });

  test('is not told of conversations of others', async () => {
    expect((await calls.sync('mallory', { cursors: {} })).body).toMatchObject({ conversations: [], left: [] });
  });
});

describe('a client that comes back', () => {
  test('gets nothing where nothing happened, and then what is new and what was changed', async () => {
    const client = clientOfBob();
    const [first, second] = [await sent(group, 'one'), await sent(group, 'two')];
    await client.catchUp();

    expect((await client.catchUp()).flatMap(({ conversations }) => conversations)).toEqual([]);

    await calls.edit(ann, first.id, 'one, edited');
    await calls.remove(ann, second.id);
    await sent(group, 'three');
    const answers = await client.catchUp();

    expect(newIn(answers)).toEqual(['three']);
    expect(changedIn(answers)).toEqual(['one, edited', undefined]);
    expect(answers[0]?.conversations[0]?.changed[1]).toHaveProperty('deletedAt');
    expect((await client.catchUp()).flatMap(({ conversations }) => conversations)).toEqual([]);
  });

  test('has a message once that was sent and changed while it was away', async () => {
    const client = clientOfBob();
    await client.catchUp();
    const message = await sent(group, 'one');
    await calls.edit(ann, message.id, 'one, edited');

    const answers = await client.catchUp();

    expect(newIn(answers)).toEqual(['one, edited']);
    expect(changedIn(answers)).toEqual([]);
  });

  test('goes on from where a page ended', async () => {
    const client = clientOfBob();
    for (let n = 0; n < 101; n += 1) await sent(group, String(n));

    const answers = await client.catchUp();

    expect(answers.length).toBeGreaterThan(1);
    expect(newIn(answers)).toEqual(Array.from({ length: 101 }, (_, n) => String(n)));
  });

  test('learns what it has left, and what it was added to', async () => {
    const client = clientOfBob();
    await client.catchUp();
    const another = await newGroup();
    await calls.leave(bob, group);

    const [answer] = await client.catchUp();

    expect(answer?.left).toEqual([group]);
    expect(answer?.conversations.map(({ conversation }) => conversation?.id)).toEqual([another]);
  });

  test('waits for a seq that is being written, and has its message whenever it comes', async () => {
    const client = clientOfBob();
    await client.catchUp();
    const table = openTable(tableName);
    const preview = { senderId: ann, type: 'text' as const, atMs: Date.now() };
    await conversationStore(table).allocateSeq({ conversationId: group, mayPostAnywhere: true, preview });
    await sent(group, 'two');
    const before = await client.catchUp();
    await messageStore(table).append({
      conversationId: group,
      seq: 1,
      senderId: ann,
      type: 'text',
      text: 'one, late',
      createdAtMs: Date.now(),
      rev: 0,
      membershipVersion: 1,
    });

    expect(before[0]?.conversations[0]).toMatchObject({ settledSeq: 0, lastSeq: 2 });
    expect(newIn(await client.catchUp())).toEqual(['one, late', 'two']);
  });

  test('does not wait for ever for a seq that never comes', async () => {
    const preview = { senderId: ann, type: 'text' as const, atMs: Date.now() };
    const conversations = conversationStore(openTable(tableName));
    await conversations.allocateSeq({ conversationId: group, mayPostAnywhere: true, preview });
    later(30);

    const client = clientOfBob();
    await client.catchUp();

    expect(client.cursors.get(group)?.seq).toBe(1);
  });

  test('of another life of the table starts anew', async () => {
    const { body } = await calls.sync(bob, { epoch: 'another', cursors: { [group]: { seq: 7, rev: 7 } } });

    expect(body).toEqual({ reset: true, epoch: (await syncOf({ cursors: {} })).epoch });
  });
});

describe('by frame', () => {
  test('every reply fits a frame, and all of them together say everything', async () => {
    const long = 'x'.repeat(5_000);
    const [one, other] = [group, await newGroup()];
    for (let n = 0; n < 8; n += 1) await sent(n % 2 ? one : other, `${n}${long}`.slice(0, 5_000));
    const sizes: number[] = [];
    const client = syncingClient(async (data) => {
      const { bytes, reply } = await calls.syncByFrame(bob, data);
      sizes.push(bytes);
      if (!reply.ok) throw new Error(reply.error.message);
      return reply.data as SyncAnswer;
    });

    const texts = newIn(await client.catchUp());

    expect(Math.max(...sizes)).toBeLessThanOrEqual(32 * 1024);
    expect(sizes.length).toBeGreaterThan(1);
    expect(texts.map((text) => text?.[0]).toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });
});
