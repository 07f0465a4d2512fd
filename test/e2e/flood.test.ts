import { setInterval } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reply } from '../../contract/frame.ts';
import type { Message } from '../../contract/message.ts';
import { percentile } from '../bench/percentile.ts';
import type { ServerFrame } from '../helpers/client-socket.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as when from '../helpers/steps-when.ts';

const framesAtOnce = 25;
const everyMs = 50;
/** 500 a second for three seconds; the limit is 10, and 30 at once. */
const frameCount = 1_500;

let host: TestHost;
beforeAll(async () => {
  host = await startHost({ context: { rates: 'usual' } });
});
afterAll(() => host.stop());

/** Sends frames whose ids are `0`, `1` …, faster than anybody may. */
async function flood({ socket }: given.User, conversationId: string): Promise<void> {
  let sent = 0;
  for await (const _ of setInterval(everyMs)) {
    for (let n = 0; n < framesAtOnce; n += 1, sent += 1) {
      const data = { conversationId, clientMessageId: `flood-${sent}`, text: 'x' };
      socket.sendRaw(JSON.stringify({ action: 'message.send', id: String(sent), data }));
    }
    if (sent >= frameCount) return;
  }
}

const isReply = (frame: ServerFrame): frame is Reply => 'reply' in frame;
const messageOf = (reply: Reply): Message[] => (reply.ok ? [(reply.data as { message: Message }).message] : []);

/** Well within the limit. */
const calmMs = 150;

/** The milliseconds that each of some sends took, at a calm pace, until `isEnough`. */
async function sendsUntil(isEnough: (count: number) => boolean, send: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for await (const _ of setInterval(calmMs)) {
    const startedAt = performance.now();
    await send();
    times.push(performance.now() - startedAt);
    if (isEnough(times.length)) break;
  }
  return times;
}

describe('a client that floods', () => {
  test('is limited with typed errors, loses nothing that was taken, and leaves others their chat', async () => {
    const [mallory, alice, bob] = await Promise.all(['mallory', 'alice', 'bob'].map((name) => given.user(host, name)));
    if (!mallory || !alice || !bob) throw new Error('there are not three of them');
    const flooded = await given.group(mallory, []);
    const quiet = await given.directConversation(alice, bob);
    const aliceSends = () => when.sendsByFrame(alice, quiet, 'hello');
    const before = await sendsUntil((count) => count === 15, aliceSends);

    let isOver = false;
    const flooding = flood(mallory, flooded).finally(() => {
      isOver = true;
    });
    const during = await sendsUntil((count) => isOver && count >= 10, aliceSends);
    await flooding;

    const replies = (
      await mallory.socket.frames.until('a reply to each frame', (all) => all.filter(isReply).length >= frameCount)
    ).filter(isReply);
    expect(new Set(replies.map(({ id }) => id)).size).toBe(frameCount);
    expect(replies).toHaveLength(frameCount);
    const refused = replies.filter((reply) => !reply.ok);
    for (const { error } of refused) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    }
    const taken = replies.flatMap(messageOf);
    expect(taken.length).toBeGreaterThanOrEqual(30);
    expect(refused.length).toBeGreaterThan(1_000);

    const { lastSeq } = await when.reads(mallory, flooded, '?limit=1');
    expect(taken.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: lastSeq }, (_, n) => n + 1));
    // Still connected: who waits is heard again.
    expect((await mallory.socket.request('sync', { cursors: {} })).ok).toBe(true);

    const [quietMs, loudMs] = [percentile(before, 0.5), percentile(during, 0.5)];
    expect(loudMs).toBeLessThan(Math.max(quietMs * 10, 500));
  }, 60_000);
});
