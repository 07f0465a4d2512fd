import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { captureOutput } from '../../helpers/events.ts';
import { type Backend, startBackend, textOf } from './backend.ts';
import { type ReaderCalls, readerCalls } from './reader-calls.ts';

let backend: Backend;
let calls: ReaderCalls;
let [ann, bob] = ['', ''];

beforeAll(async () => {
  backend = await startBackend();
  calls = await readerCalls();
});
afterAll(() => backend.close());
beforeEach(() => {
  captureOutput();
  [ann, bob] = [`ann-${crypto.randomUUID()}`, `bob-${crypto.randomUUID()}`];
});
afterEach(() => vi.restoreAllMocks());

describe('a profile', () => {
  const full = {
    displayName: 'Ann',
    firstName: 'Ann',
    lastName: 'Other',
    avatarUrl: 'https://example.com/ann.png',
    metadata: { team: 'red' },
  };

  test('is as its user has set it, for the user and for others', async () => {
    expect(await calls.saveMe(ann, full)).toEqual({ status: 200, body: { user: { userId: ann, ...full } } });
    expect((await calls.me(ann)).body).toEqual({ user: { userId: ann, ...full } });
    expect((await calls.user(bob, ann)).body).toEqual({ user: { userId: ann, ...full } });
  });

  test('takes the place of the one before, whole', async () => {
    await calls.saveMe(ann, full);
    await calls.saveMe(ann, { displayName: 'Anna' });

    expect((await calls.me(ann)).body).toEqual({ user: { userId: ann, displayName: 'Anna' } });
  });

  test('that is not set is what the token says, in the own eyes alone', async () => {
    const claims = { displayName: 'Ann of the token', avatarUrl: 'https://example.com/token.png' };

    expect((await calls.me(ann, claims)).body).toEqual({ user: { userId: ann, ...claims } });
    expect((await calls.user(bob, ann)).body).toEqual({ user: { userId: ann } });
    await calls.saveMe(ann, { displayName: 'Ann' });
    expect((await calls.me(ann, claims)).body).toEqual({ user: { userId: ann, displayName: 'Ann' } });
  });

  test('needs a name', async () => {
    expect((await calls.saveMe(ann, { firstName: 'Ann' })).body.errors).toEqual([
      { path: 'displayName', message: 'is required' },
    ]);
  });
});

describe('a block', () => {
  const direct = async () => (await backend.create(ann, { type: 'direct', userId: bob })).body.conversation.id;

  test('refuses what the other sends as if the conversation were closed, until it is taken away', async () => {
    const conversation = await direct();
    await calls.block(ann, bob);

    expect(await backend.send(bob, conversation, textOf('m1'))).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT', detail: 'unable to send the message; the conversation is closed' },
    });

    expect((await calls.unblock(ann, bob)).status).toBe(204);
    expect((await backend.send(bob, conversation, textOf('m1'))).status).toBe(201);
  });

  test('is there before there is a conversation, and after it has been asked for twice', async () => {
    const { block } = (await calls.block(ann, bob)).body;

    expect((await calls.block(ann, bob)).body.block).toEqual(block);
    expect((await calls.blocks(ann)).body).toEqual({ blocks: [block] });
    expect((await calls.blocks(bob)).body).toEqual({ blocks: [] });
    expect((await backend.create(bob, { type: 'direct', userId: ann })).status).toBe(403);
  });

  test('is taken away where there is none, too', async () => {
    expect((await calls.unblock(ann, bob)).status).toBe(204);
    await calls.block(ann, bob);
    expect((await calls.unblock(ann, bob)).status).toBe(204);
    expect((await calls.blocks(ann)).body).toEqual({ blocks: [] });
  });

  test('of oneself is a mistake', async () => {
    expect((await calls.block(ann, ann)).body.errors).toEqual([{ path: 'userId', message: 'must be another user' }]);
  });

  test('hides presence from both sides', async () => {
    const conversation = await direct();
    await backend.connect({ userId: bob, connectionId: `c-${bob}` });
    const presenceOf = async (userId: string) =>
      (await backend.show(userId, conversation)).body.conversation.otherUser?.presence?.status;
    expect(await presenceOf(ann)).toBe('online');

    await calls.block(ann, bob);

    expect([await presenceOf(ann), await presenceOf(bob)]).toEqual([undefined, undefined]);
  });

  test('is listed page by page', async () => {
    const others = ['a', 'b', 'c'].map((name) => `${name}-${ann}`);
    for (const other of others) await calls.block(ann, other);

    const first = (await calls.blocks(ann, { limit: '2' })).body;
    const second = (await calls.blocks(ann, { limit: '2', cursor: first.nextCursor ?? '' })).body;

    expect([...first.blocks, ...second.blocks].map(({ userId }) => userId)).toEqual(others);
    expect(second.nextCursor).toBeUndefined();
    expect((await calls.blocks(ann, { cursor: 'bm9uZQ' })).status).toBe(400);
  });
});
