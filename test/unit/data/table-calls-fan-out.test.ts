import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { fanOut } from '../../../lambdas/app/fan-out.ts';
import { memberLists } from '../../../lambdas/app/member-lists.ts';
import { postSlices } from '../../../lambdas/app/post-slice.ts';
import { connectionStore } from '../../../lambdas/data/connection-store.ts';
import { memberKey } from '../../../lambdas/data/keys.ts';
import { memberStore } from '../../../lambdas/data/member-store.ts';
import type { Change } from '../../../lambdas/domain/change.ts';
import { fanOutScene, sent, usersOf } from '../../helpers/fan-out-scene.ts';
import { aHead } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

/** Fan-out over a table that has this many members in one conversation, a thousand of them a page. */
function scene(members: number) {
  const recorded = recordedTable();
  const keys = usersOf(members).map((userId) => memberKey('c1', userId));
  recorded.mock.on(QueryCommand).callsFake(({ ExclusiveStartKey: start }) => {
    const from = start ? keys.findIndex(({ SK }) => SK === start.SK) + 1 : 0;
    const Items = keys.slice(from, from + 1_000);
    return { Items, ...(from + 1_000 < members && { LastEvaluatedKey: Items.at(-1) }) };
  });
  recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: [] } });
  const { ports, queued } = fanOutScene();
  const real = {
    ...ports,
    memberLists: memberLists(memberStore(recorded.table)),
    connections: connectionStore(recorded.table),
  };
  return { ...recorded, queued, tell: fanOut(real), post: postSlices(real) };
}

const joining = (membershipVersion: number, memberCount: number): Change => ({
  emit: 'membership.changed',
  head: aHead({ membershipVersion, memberCount }),
  changed: { atMs: 0, added: [{ userId: 'eve', role: 'member', joinedSeq: 0 }] },
});
const times = (count: number, call: string): string[] => Array(count).fill(call);

describe('the table calls of fan-out', () => {
  it('to 100 members: one read of their connections for a whole batch, and of their list once', async () => {
    const { tell, calls } = scene(100);
    await tell([sent({ seq: 1 }), sent({ seq: 2 }), sent({ seq: 3 })]);
    expect(calls()).toEqual(['Query', 'BatchGet']);

    await tell([sent({ seq: 4 })]);
    expect(calls().slice(2)).toEqual(['BatchGet']);
  });

  it('after somebody joined: no read of the list, by the function that told of it', async () => {
    const { tell, calls } = scene(99);
    await tell([sent({ seq: 1 })]);
    await tell([joining(2, 100), sent({ seq: 2, membershipVersion: 2 })]);
    expect(calls()).toEqual(['Query', 'BatchGet', 'BatchGet']);
  });

  it('to 10,000 members: the list once, and no connection', async () => {
    const { tell, calls, queued } = scene(10_000);
    await tell([sent({ seq: 1 })]);
    await tell([sent({ seq: 2 })]);
    expect(calls()).toEqual(times(10, 'Query'));
    expect(queued.map((slices) => slices.length)).toEqual([16, 16]);
  });

  it('of who joins 10,000: none', async () => {
    const { tell, calls } = scene(10_000);
    await tell([joining(2, 10_001)]);
    expect(calls()).toEqual([]);
  });

  it('of a slice: a read for each hundred of its members, for all that a batch has for it', async () => {
    const { tell, post, calls, queued } = scene(10_000);
    await tell([sent({ seq: 1 })]);
    await tell([sent({ seq: 2 })]);
    const slices = queued.flat().filter(({ group }) => group === 'c1.3');
    const members = slices[0]?.userIds.length ?? 0;
    const before = calls().length;

    await post(slices);

    expect(slices).toHaveLength(2);
    expect(members).toBeGreaterThan(500);
    expect(calls().slice(before)).toEqual(times(Math.ceil(members / 100), 'BatchGet'));
  });
});
