import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { headKey, memberKey } from '../../../lambdas/data/keys.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type Backend, startBackend, textOf } from './backend.ts';
import { conversationCalls } from './conversation-calls.ts';

let backend: Backend;
let chat: Awaited<ReturnType<typeof conversationCalls>>;
let group: string;
const bob = { userId: 'bob', connectionId: 'c-bob' };

beforeAll(async () => {
  backend = await startBackend();
  chat = await conversationCalls(backend);
});
afterAll(() => backend.close());
beforeEach(async () => {
  captureOutput();
  const request = { type: 'group', title: 'Team', memberIds: ['bob', 'cem'], slowModeSeconds: 600 };
  group = (await chat.create('ann', request)).body.conversation.id;
});

const slowDown = (slowModeSeconds: number) => chat.update('ann', group, { settings: { slowModeSeconds } });
const send = (userId: string, id: string) => backend.send(userId, group, textOf(id));

describe('slow mode', () => {
  test('is shown, told, changed and ended', async () => {
    expect((await chat.show('bob', group)).body.conversation.slowModeSeconds).toBe(600);
    expect((await slowDown(30)).body.conversation.slowModeSeconds).toBe(30);
    expect(await chat.announced(group)).toMatchObject({
      events: [{ type: 'conversation.updated', data: { conversation: { slowModeSeconds: 30 } } }],
    });
    expect((await slowDown(0)).body.conversation).not.toHaveProperty('slowModeSeconds');
    expect(await backend.database.itemOf(headKey(group))).not.toHaveProperty('slowModeSeconds');
  });

  test('is not for two who talk to each other', async () => {
    const { id } = (await chat.create('ann', { type: 'direct', userId: 'bob' })).body.conversation;
    const refused = await chat.update({ service: 'desk' }, id, { settings: { slowModeSeconds: 5 } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'settings.slowModeSeconds' }] } });
  });

  test('makes a member wait for the second message, each for themselves', async () => {
    expect((await send('bob', 'm-1')).status).toBe(201);
    const { status, body } = await send('bob', 'm-2');
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(body.retryAfterMs).toBeGreaterThan(590_000);
    expect((await send('cem', 'm-1')).status).toBe(201);
    expect(await backend.database.itemOf(headKey(group))).toMatchObject({ lastSeq: 2 });
    expect(await backend.database.itemOf(memberKey(group, 'bob'))).toMatchObject({ ownSinceRead: 1 });
  });

  test('answers a repeat of what was taken', async () => {
    const { body } = await send('bob', 'm-1');
    expect(await send('bob', 'm-1')).toEqual({ status: 200, body });
  });

  test('lets the owner and a backend write as they like, and all when it ends', async () => {
    for (const id of ['m-1', 'm-2']) expect((await send('ann', id)).status).toBe(201);
    expect([(await send('bob', 'm-1')).status, (await send('bob', 'm-2')).status]).toEqual([201, 429]);
    await slowDown(0);
    expect((await send('bob', 'm-2')).status).toBe(201);
  });

  test('takes one of two sends that come at once, by whatever way', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { id } = (await chat.create('ann', { type: 'group', title: 'Team', memberIds: ['bob'] })).body.conversation;
      await chat.update('ann', id, { settings: { slowModeSeconds: 600 } });
      const [byHttp, byFrame] = await Promise.all([
        backend.send('bob', id, textOf('by-http')),
        backend.sendFrame(bob, id, textOf('by-frame')),
      ]);
      expect([byHttp.status === 201, byFrame.ok].sort()).toEqual([false, true]);
      expect(await backend.database.itemOf(headKey(id))).toMatchObject({ lastSeq: 1 });
    }
  });

  test('keeps a forward from all its targets', async () => {
    const from = (await chat.create('bob', { type: 'group', title: 'Bob’s', memberIds: [] })).body.conversation.id;
    const { body } = await backend.send('bob', from, textOf('m-1'));
    await send('bob', 'm-1');
    const forward = (clientMessageId: string) =>
      backend.onMessage('bob', 'POST /forward', body.message.id, {
        body: { conversationIds: [from, group], clientMessageId },
      });
    expect((await forward('f-1')).status).toBe(429);
    expect(await backend.database.itemOf(headKey(from))).toMatchObject({ lastSeq: 1 });
    await slowDown(0);
    expect((await forward('f-1')).status).toBe(201);
    await slowDown(600);
    expect((await forward('f-1')).status).toBe(200);
  });
});
