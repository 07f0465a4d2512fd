import { describe, expect, it } from 'vitest';
import { fanOut } from '../../../lambdas/app/fan-out.ts';
import { memberLists } from '../../../lambdas/app/member-lists.ts';
import type { PostOutcome } from '../../../lambdas/app/ports.ts';
import { retryFrame } from '../../../lambdas/app/retry-frame.ts';
import type { Change } from '../../../lambdas/domain/change.ts';
import { ChatError } from '../../../lambdas/domain/chat-error.ts';
import type { Connection } from '../../../lambdas/domain/connection.ts';
import type { ScheduledMessage } from '../../../lambdas/domain/scheduled-message.ts';
import { aConnection, fanOutScene, sent, seqsIn, usersOf } from '../../helpers/fan-out-scene.ts';
import { aHead, aMessage } from '../../helpers/memory-stores.ts';

describe('fan-out', () => {
  it('tells every member, the sender’s other connections included, in one frame each, in order', async () => {
    const { run, posts } = fanOutScene({
      connections: [aConnection('alice', 'a1'), aConnection('alice', 'a2'), aConnection('bob', 'b1')],
    });

    const result = await run([
      sent({ seq: 1, via: 'a1' }),
      sent({ seq: 2, senderId: 'bob', via: 'b1' }),
      sent({ seq: 3 }),
    ]);

    expect(result).toEqual({ failed: [], delivered: 7 });
    expect(Object.fromEntries(posts.map(({ connectionId, seqs }) => [connectionId, seqs]))).toEqual({
      a1: [2, 3],
      a2: [1, 2, 3],
      b1: [1, 3],
    });
  });

  it('tells one user alone what is for nobody else, and reads no list for it', async () => {
    const { run, posts, reads, notified } = fanOutScene({
      connections: [aConnection('alice', 'a1'), aConnection('alice', 'a2'), aConnection('bob', 'b1')],
    });
    const scheduled: ScheduledMessage = {
      conversationId: 'c1',
      senderId: 'alice',
      scheduledId: 's1',
      clientMessageId: 'm1',
      type: 'text',
      sendAtMs: 0,
      createdAtMs: 0,
      status: 'failed',
      version: 3,
      schedule: 'name-1',
    };

    await run([{ emit: 'scheduled.failed', scheduled, changed: { atMs: 1 } }]);

    expect(posts.map(({ connectionId }) => connectionId).sort()).toEqual(['a1', 'a2']);
    expect({ reads: reads(), notified }).toEqual({ reads: 0, notified: [] });
  });

  it('moves a conversation up in its members’ lists, once an hour at most', async () => {
    const { run, moved } = fanOutScene();

    await run([sent({ seq: 1 }), sent({ seq: 2, movesActivityToMs: 7 })]);

    expect(moved).toEqual([{ conversationId: 'c1', userIds: ['alice', 'bob'], activityMs: 7 }]);
  });

  it('tells everybody though their lists can’t be changed', async () => {
    const { run, moved } = fanOutScene({ connections: [aConnection('bob', 'b1')], movingFails: true });

    expect(await run([sent({ movesActivityToMs: 7 })])).toEqual({ failed: [], delivered: 1 });
    expect(moved).toHaveLength(1);
  });

  it('leaves the lists of a crowd alone', async () => {
    const { run, moved } = fanOutScene({ members: usersOf(5_001) });

    await run([sent({ movesActivityToMs: 7 })]);

    expect(moved).toEqual([]);
  });

  it('splits what does not fit a frame, and keeps the order', async () => {
    const { run, posts } = fanOutScene({ connections: [aConnection('bob', 'b1')] });

    await run([1, 2, 3].map((seq) => sent({ seq, text: 'é'.repeat(5_000) })));

    expect(posts.map(({ seqs }) => seqs)).toEqual([[1, 2, 3]]);
    posts.length = 0;
    await run([1, 2, 3, 4].map((seq) => sent({ seq, text: 'é'.repeat(5_000) })));
    expect(posts.map(({ seqs }) => seqs)).toEqual([[1, 2, 3], [4]]);
    for (const { frame } of posts) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(32 * 1024);
  });

  it('tells the members of a conversation that it was made', async () => {
    const { run, posts, notified } = fanOutScene({ connections: [aConnection('bob', 'b1')] });

    await run([{ emit: 'conversation.created', head: aHead() }]);

    expect(JSON.parse(posts[0]?.frame ?? '')).toMatchObject({
      events: [
        { type: 'conversation.created', conversationId: 'c1', data: { conversation: { id: 'c1', title: 'A group' } } },
      ],
    });
    expect(notified).toEqual([]);
  });

  it('queues a notification for every member but the sender who has no connection that looks at the conversation', async () => {
    const { run, notified } = fanOutScene({
      members: ['alice', 'bob', 'carol', 'dave', 'erin'],
      connections: [
        aConnection('bob', 'b1'),
        { ...aConnection('bob', 'b2'), joined: ['c2', 'c1'] },
        aConnection('carol', 'c1'),
        { ...aConnection('dave', 'd1'), joined: ['c2'] },
      ],
    });

    await run([sent({ seq: 4 })]);

    const cause = { conversationId: 'c1', seq: 4, senderId: 'alice', atMs: aMessage().createdAtMs };
    expect(notified).toEqual([{ ...cause, userIds: ['carol', 'dave', 'erin'] }]);
  });

  it('queues a hundred users at a time, and nothing where everybody looks', async () => {
    const { run, notified } = fanOutScene({ members: ['alice', ...usersOf(250)] });
    await run([sent()]);
    expect(notified.map(({ userIds }) => userIds.length)).toEqual([100, 100, 50]);
    expect(notified.flatMap(({ userIds }) => userIds)).toEqual(usersOf(250));

    const watched = fanOutScene({ connections: [{ ...aConnection('bob', 'b1'), joined: ['c1'] }] });
    await watched.run([sent()]);
    expect(watched.notified).toEqual([]);
  });

  it.each<{ reason: string; outcome: PostOutcome; openedAtMs: number; retries: number; closes: number }>([
    { reason: 'forgets a connection that is gone', outcome: 'gone', openedAtMs: 0, retries: 0, closes: 1 },
    {
      reason: 'retries one that seems gone while its $connect may still be running',
      outcome: 'gone',
      openedAtMs: Date.UTC(2026, 0, 1) - 9_999,
      retries: 1,
      closes: 0,
    },
    { reason: 'retries a slow one later', outcome: 'later', openedAtMs: 0, retries: 1, closes: 0 },
    { reason: 'drops a frame that is never taken', outcome: 'lost', openedAtMs: 0, retries: 0, closes: 0 },
  ])('$reason, and the others get theirs', async ({ outcome, openedAtMs, retries, closes }) => {
    const { run, posts, retried, closed, unwatched } = fanOutScene({
      connections: [aConnection('bob', 'b1', openedAtMs), aConnection('bob', 'b2')],
      outcomes: { b1: outcome },
    });

    const result = await run([sent()]);

    expect(result.failed).toEqual([]);
    expect(posts.map(({ connectionId }) => connectionId)).toEqual(['b2']);
    expect(retried).toHaveLength(retries);
    expect(closed).toHaveLength(closes);
    expect(unwatched).toEqual(Array(closes).fill('joined/b1'));
  });

  it('does not let later frames overtake one that was not taken', async () => {
    const { run, retried } = fanOutScene({ connections: [aConnection('bob', 'b1')], outcomes: { b1: 'later' } });

    await run([1, 2, 3, 4].map((seq) => sent({ seq, text: 'é'.repeat(5_000) })));

    expect(retried.map(({ frame }) => seqsIn(frame))).toEqual([[1, 2, 3], [4]]);
  });

  it('fails all changes of a conversation whose members can not be read, and only those', async () => {
    const { ports } = fanOutScene();
    let reads = 0;
    const failing = memberLists({
      async membersOf(conversationId) {
        reads += 1;
        if (conversationId === 'c1') throw new ChatError('UNAVAILABLE', 'not now');
        return ['bob'];
      },
    });

    const { failed } = await fanOut({ ...ports, memberLists: failing })([
      sent(),
      sent({ conversationId: 'c2' }),
      sent({ seq: 2 }),
    ]);

    expect(failed).toEqual([0, 2]);
    expect(reads).toBe(2);
    expect((await fanOut({ ...ports, memberLists: failing })([sent()])).failed).toEqual([0]);
    expect(reads).toBe(3);
  });

  it('fails as a whole when it is not the table that fails', async () => {
    const { ports } = fanOutScene();
    const broken = memberLists({ membersOf: async () => Promise.reject(new TypeError('a bug')) });

    await expect(fanOut({ ...ports, memberLists: broken })([sent()])).rejects.toThrow('a bug');
  });
});

describe('another try at a frame', () => {
  const expired: Connection = { ...aConnection('bob', 'b1'), expiresAtMs: 1 };
  const young = aConnection('bob', 'b1', Date.UTC(2026, 0, 1));
  const old = aConnection('bob', 'b1');

  it.each<{ reason: string; who: Connection; outcome: PostOutcome; isDone: boolean; closes: number }>([
    { reason: 'is done when it is taken', who: old, outcome: 'delivered', isDone: true, closes: 0 },
    { reason: 'is worth another when it is not taken', who: old, outcome: 'later', isDone: false, closes: 0 },
    { reason: 'forgets the connection that is gone', who: old, outcome: 'gone', isDone: true, closes: 1 },
    { reason: 'waits for a young connection', who: young, outcome: 'gone', isDone: false, closes: 0 },
    { reason: 'is given up when it is never taken', who: old, outcome: 'lost', isDone: true, closes: 0 },
    { reason: 'is given up when the connection is over', who: expired, outcome: 'later', isDone: true, closes: 0 },
  ])('$reason', async ({ who, outcome, isDone, closes }) => {
    const { ports, closed } = fanOutScene({ outcomes: { b1: outcome } });

    expect(await retryFrame(ports)({ connection: who, frame: '{"events":[]}' })).toBe(isDone);
    expect(closed).toHaveLength(closes);
  });
});

describe('what was taken by a connection', () => {
  const bobs = aConnection('bob', 'b1');
  const direct = (seq: number, senderId = 'alice') => sent({ conversationId: 'd1', seq, senderId });

  it('counts as delivered in a direct conversation, by one write for all of it, and never for its sender', async () => {
    const { run, delivered } = fanOutScene({ connections: [bobs, aConnection('alice', 'a1')] });

    await run([direct(1), direct(2), direct(3)]);

    expect(delivered).toEqual([{ userId: 'bob', seq: 3 }]);
  });

  it('counts for each side when both wrote', async () => {
    const { run, delivered } = fanOutScene({ connections: [bobs, aConnection('alice', 'a1')] });

    await run([direct(1), direct(2, 'bob')]);

    expect(delivered).toEqual([
      { userId: 'bob', seq: 1 },
      { userId: 'alice', seq: 2 },
    ]);
  });

  it.each<[what: string, change: Change, outcome: PostOutcome]>([
    ['in a group', sent(), 'delivered'],
    ['that was throttled', direct(1), 'later'],
    ['that was lost', direct(1), 'lost'],
    ['whose connection is gone', direct(1), 'gone'],
    [
      'that is no new message',
      {
        emit: 'message.updated',
        message: aMessage({ conversationId: 'd1' }),
        changed: { atMs: 0, membershipVersion: 1 },
      },
      'delivered',
    ],
  ])('nothing counts %s', async (_, change, outcome) => {
    const { run, delivered } = fanOutScene({ connections: [bobs], outcomes: { b1: outcome } });

    await run([change]);

    expect(delivered).toEqual([]);
  });

  it('is told even where it can not be marked', async () => {
    const { run, posts } = fanOutScene({ connections: [bobs], markingFails: true });

    expect(await run([direct(1)])).toMatchObject({ failed: [], delivered: 1 });
    expect(posts).toHaveLength(1);
  });
});
