import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { memberLists } from '../../../lambdas/app/member-lists.ts';
import { publishEvents } from '../../../lambdas/app/publish-events.ts';
import { eventContextStore } from '../../../lambdas/data/event-context-store.ts';
import { headItem } from '../../../lambdas/data/items.ts';
import { sent } from '../../helpers/fan-out-scene.ts';
import { aHead } from '../../helpers/memory-stores.ts';
import { recordedBus } from '../../helpers/recorded-bus.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

function scene() {
  const recorded = recordedTable();
  const heads = ['c1', 'c2'].map((conversationId) => headItem(aHead({ conversationId })));
  recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: heads } });
  recorded.mock.on(QueryCommand).resolves({ Items: heads.slice(0, 1) });
  const context = eventContextStore(recorded.table);
  const { bus } = recordedBus();
  const lists = memberLists({ membersOf: context.firstMembersOf });
  return { ...recorded, publish: publishEvents({ context, memberLists: lists, bus }) };
}

describe('the table calls of a batch of domain events', () => {
  it('are one read of all heads, and one of the first members of each conversation that is new to the function', async () => {
    const { publish, calls } = scene();
    await publish([sent({ seq: 1 }), sent({ seq: 2 }), sent({ conversationId: 'c2', seq: 1 })]);
    expect(calls()).toEqual(['BatchGet', 'Query', 'Query']);

    await publish([sent({ seq: 3 }), sent({ conversationId: 'c2', seq: 2 })]);
    expect(calls().slice(3)).toEqual(['BatchGet']);
  });

  it('read no more members than an event names, and one', async () => {
    const { publish, input } = scene();
    await publish([sent({ seq: 1 })]);
    expect(input(1)).toMatchObject({ Limit: 102 });
  });

  it('are one more read of the members after somebody has come or gone', async () => {
    const { publish, calls } = scene();
    await publish([sent({ seq: 1 })]);
    await publish([sent({ seq: 2, membershipVersion: 2 })]);
    expect(calls()).toEqual(['BatchGet', 'Query', 'BatchGet', 'Query']);
  });

  it('of a change of the conversation itself, none', async () => {
    const { publish, calls } = scene();
    const changed = { atMs: 0, added: [{ userId: 'eve', role: 'member' as const, joinedSeq: 0 }] };
    await publish([
      { emit: 'membership.changed', head: aHead(), changed },
      { emit: 'conversation.closed', head: aHead(), changed: { atMs: 0 } },
    ]);
    expect(calls()).toEqual([]);
  });
});
