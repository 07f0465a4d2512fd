import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fanOut } from '../../../lambdas/app/fan-out.ts';
import type { Slice } from '../../../lambdas/app/fan-out-ports.ts';
import { postSlices } from '../../../lambdas/app/post-slice.ts';
import type { Change, MembershipChange } from '../../../lambdas/domain/change.ts';
import { aConnection, fanOutScene, sent, seqsIn, usersOf } from '../../helpers/fan-out-scene.ts';
import { aHead } from '../../helpers/memory-stores.ts';

const crowd = usersOf(3_000);
const person = (userId: string) => ({ userId, role: 'member' as const, joinedSeq: 0 });

const membershipChange = (changed: Omit<MembershipChange, 'atMs'>, membershipVersion = 2): Change => ({
  emit: 'membership.changed',
  head: aHead({ memberCount: 3_000, membershipVersion }),
  changed: { atMs: 0, ...changed },
});

const seqsOf = ({ changes }: Slice) => changes.flatMap(({ events }) => seqsIn(`{"events":[${events}]}`));

describe('a conversation of more than a thousand members', () => {
  it('is told in slices: one message for each of them and batch, nothing at once', async () => {
    const { run, queued, posts, notified } = fanOutScene({ members: crowd, connections: [aConnection('u7', 'c7')] });

    const result = await run([sent({ seq: 1 }), sent({ seq: 2, via: 'c7', senderId: 'u7' })]);

    expect(result).toEqual({ failed: [], delivered: 0 });
    expect([posts, notified]).toEqual([[], []]);
    expect(queued).toHaveLength(1);
    const [slices = []] = queued;
    expect(slices.map(({ group }) => group).toSorted()).toEqual(['c1.0', 'c1.1', 'c1.2', 'c1.3']);
    expect(slices.flatMap(({ userIds }) => userIds).toSorted()).toEqual(crowd.toSorted());
    for (const slice of slices) expect(seqsOf(slice)).toEqual([1, 2]);
    expect(slices[0]?.changes[1]).toMatchObject({ exceptConnectionId: 'c7', push: { seq: 2, senderId: 'u7' } });
  });

  it('has no more in a message than the queue takes, and the parts of a slice in order', async () => {
    const { run, queued } = fanOutScene({ members: crowd });

    await run(Array.from({ length: 100 }, (_, n) => sent({ seq: n + 1, text: '"'.repeat(5_000) })));

    expect(queued.length).toBeGreaterThan(1);
    for (const slice of queued.flat()) expect(JSON.stringify(slice).length).toBeLessThan(1_024 * 1_024);
    const first = queued.flatMap((slices) => slices.filter(({ group }) => group === 'c1.0'));
    expect(first.flatMap(seqsOf)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
  });

  it('is one of several in a batch, whose small ones are told at once', async () => {
    const { ports, posts, queued, run } = fanOutScene({ connections: [aConnection('bob', 'b1')] });
    const small = ports.memberLists.membersOf;
    ports.memberLists.membersOf = async (id, version) => (id === 'crowd' ? crowd : small(id, version));

    await run([sent({ seq: 1 }), sent({ seq: 2, conversationId: 'crowd' }), sent({ seq: 3 })]);

    expect(posts.map(({ seqs }) => seqs)).toEqual([[1, 3]]);
    expect(queued.flat().map(seqsOf)).toEqual([[2], [2], [2], [2]]);
  });

  it('tells comings and goings to those alone who come and go, without reading a list', async () => {
    const { run, queued, reads } = fanOutScene({ members: crowd });

    await run([membershipChange({ added: [person('u1'), person('u2')], updated: [person('u3')] })]);

    expect(
      queued
        .flat()
        .flatMap(({ userIds }) => userIds)
        .toSorted(),
    ).toEqual(['u1', 'u2', 'u3']);
    expect(reads()).toBe(0);
  });

  it('tells who joined in the order in which messages are told, in the very groups', async () => {
    const { run, queued, reads } = fanOutScene({ members: crowd.slice(0, 2_999) });
    const joined = 'u2999';

    await run([
      sent({ seq: 1 }),
      membershipChange({ added: [person(joined)] }),
      sent({ seq: 2, membershipVersion: 2 }),
    ]);

    expect(queued.map((slices) => slices.length)).toEqual([4, 1, 4]);
    const [[joining] = [], after = []] = queued.slice(1);
    expect(after.find(({ userIds }) => userIds.includes(joined))?.group).toBe(joining?.group);
    // The list of the first message is known to be that of the second, with one more.
    expect(reads()).toBe(1);
  });
});

describe('who was removed', () => {
  const removal = membershipChange({ removed: [person('eve')] });

  it('is told so, and is forgotten as somebody who looks at the conversation', async () => {
    const { run, queued, forgotten } = fanOutScene({ members: crowd });
    expect(await run([removal])).toEqual({ failed: [], delivered: 0 });
    expect(queued.flat().map(({ userIds }) => userIds)).toEqual([['eve']]);
    expect(forgotten).toEqual([{ conversationId: 'c1', userIds: ['eve'] }]);
  });

  it('is told so only when nothing is left to hear', async () => {
    const { ports, queued } = fanOutScene({ members: crowd });
    const { promise: isForgotten, resolve: forget } = Promise.withResolvers<void>();
    const running = fanOut({ ...ports, forgetWatching: () => isForgotten })([removal]);
    await setImmediate();
    expect(queued).toEqual([]);

    forget();
    await running;

    expect(queued).toHaveLength(1);
  });

  it('is told so again where that could not be done, whatever else is in the batch', async () => {
    const { run, queued } = fanOutScene({ forgettingFails: true });
    const joining = membershipChange({ added: [person('bob')] }, 3);
    expect(await run([sent(), removal, joining])).toMatchObject({ failed: [1] });
    expect(queued).toHaveLength(2);
  });
});

describe('slices', () => {
  const slice = (conversationId: string, seqs: number[], userIds: string[]): Slice => ({
    group: `${conversationId}.0`,
    conversationId,
    userIds,
    changes: seqs.map((seq) => ({
      events: [JSON.stringify({ data: { message: { seq } } })],
      push: { seq, senderId: 'ann', atMs: 0 },
    })),
  });

  it('of a batch are one frame for a connection, in order, and pushes for who does not look', async () => {
    const looking = { ...aConnection('bob', 'b1'), joined: ['c1'] };
    const { ports, posts, notified } = fanOutScene({ connections: [looking, aConnection('cyd', 'c1')] });

    const result = await postSlices(ports)([
      slice('c1', [1, 2], ['ann', 'bob', 'cyd']),
      slice('c2', [7], ['bob']),
      slice('c1', [3], ['bob', 'cyd']),
    ]);

    expect(result).toEqual({ delivered: 7 });
    expect(posts.map(({ connectionId, seqs }) => [connectionId, seqs])).toEqual([
      ['b1', [1, 2, 7, 3]],
      ['c1', [1, 2, 3]],
    ]);
    expect(notified.map(({ conversationId, seq, userIds }) => [conversationId, seq, userIds])).toEqual([
      ['c1', 1, ['cyd']],
      ['c1', 2, ['cyd']],
      ['c2', 7, ['bob']],
      ['c1', 3, ['cyd']],
    ]);
  });

  it('spare the connection that knows', async () => {
    const { ports, posts } = fanOutScene({ connections: [aConnection('bob', 'b1'), aConnection('bob', 'b2')] });
    const { changes, ...rest } = slice('c1', [1], ['bob']);
    await postSlices(ports)([{ ...rest, changes: changes.map((change) => ({ ...change, exceptConnectionId: 'b1' })) }]);
    expect(posts.map(({ connectionId }) => connectionId)).toEqual(['b2']);
  });
});
