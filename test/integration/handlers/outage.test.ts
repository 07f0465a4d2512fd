import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { messageKey } from '../../../lambdas/data/keys.ts';
import type { Image } from '../../helpers/database.ts';
import { captureOutput, queueEvent } from '../../helpers/events.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

const ann = { userId: 'ann', connectionId: 'c-ann' };
const secret = 'canary-5f1d';
let backend: Backend;
let group: string;
let image: Image;
let output: ReturnType<typeof captureOutput>;

beforeAll(async () => {
  output = captureOutput();
  backend = await startBackend();
  group = (await backend.create('ann', { type: 'group', title: 'Team', memberIds: ['bob'] })).body.conversation.id;
  await backend.send('ann', group, textOf('m-1', secret));
  image = await backend.database.imageOf(messageKey(group, 1));
  await backend.database.stop();
});
beforeEach(() => {
  vi.restoreAllMocks();
  output = captureOutput();
});
afterAll(() => {
  vi.restoreAllMocks();
  return backend.close();
});

describe('without its database', () => {
  test.each<[string, () => Promise<{ status: number | undefined; body: object }>]>([
    ['a send', () => backend.send('ann', group, textOf('m-2', secret))],
    ['a page of the history', () => backend.read('ann', group)],
    ['a list', () => backend.list('ann')],
    ['a new conversation', () => backend.create('ann', { type: 'direct', userId: 'bob' })],
    ['a device', () => backend.register('ann', 'phone', { platform: 'fcm', token: secret })],
  ])('%s is told to come again, and by which request it was', async (_, ask) => {
    expect(await ask()).toMatchObject({
      status: 503,
      body: { code: 'UNAVAILABLE', retryable: true, requestId: 'request-1' },
    });
    expect(output.lines()).toMatchObject([{ outcome: 'refused', code: 'UNAVAILABLE', requestId: 'request-1' }]);
    expect(output.text()).not.toContain(secret);
  });

  test('a frame gets the same answer', async () => {
    const reply = await backend.sendFrame(ann, group, textOf('m-2', secret));
    expect(reply).toMatchObject({ reply: 'message.send', id: '1', ok: false, error: { code: 'UNAVAILABLE' } });
    expect(output.text()).not.toContain(secret);
  });

  test('a handshake is refused for now', async () => {
    expect(await backend.connect(ann)).toEqual({ statusCode: 503 });
  });

  test('a batch of the stream fails, so that AWS tries it again', async () => {
    await expect(backend.fanOut(image, image)).rejects.toThrow();
    expect(output.text()).not.toContain(secret);
  });

  test('a notification and a frame in a queue come again', async () => {
    const again = { batchItemFailures: [{ itemIdentifier: 'message-0' }] };
    expect(await backend.notify(queueEvent({ userId: 'bob', conversationId: group, seq: 1 }))).toEqual(again);
    const connection = { ...ann, openedAtMs: 0, expiresAtMs: Number.MAX_SAFE_INTEGER };
    backend.connections.answers.set('c-ann', { status: 410, headers: { 'x-amzn-errortype': 'GoneException' } });
    expect(await backend.retry(queueEvent({ connection, frame: secret }))).toEqual(again);
    expect(output.text()).not.toContain(secret);
  });
});
