import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../contract/domain-event.ts';
import { memberLists } from '../../../lambdas/app/member-lists.ts';
import { publishEvents } from '../../../lambdas/app/publish-events.ts';
import type { Change } from '../../../lambdas/domain/change.ts';
import { ChatError } from '../../../lambdas/domain/chat-error.ts';
import { sent } from '../../helpers/fan-out-scene.ts';
import { aHead, aMessage } from '../../helpers/memory-stores.ts';
import { recordedBus } from '../../helpers/recorded-bus.ts';

const changed = { atMs: 0, membershipVersion: 1 };
const member = (userId: string) => ({ userId, role: 'member' as const, joinedSeq: 0 });
const joining: Change = {
  emit: 'membership.changed',
  head: aHead({ changedRev: 2 }),
  changed: { atMs: 0, added: [member('eve'), member('dan')] },
};
const reacting: Change = {
  emit: 'reaction.added',
  message: aMessage(),
  changed: { ...changed, userId: 'bob', emoji: '👍', count: 1, rev: 1 },
};

function scene(refuses?: (event: DomainEvent) => boolean, conversations = ['c1']) {
  const { bus, events } = recordedBus(refuses);
  const asked: string[][] = [];
  const publish = publishEvents({
    context: {
      async headsOf(ids) {
        asked.push(ids);
        return new Map(conversations.map((conversationId) => [conversationId, aHead({ conversationId })]));
      },
    },
    memberLists: memberLists({ membersOf: async () => ['alice', 'bob'] }),
    bus,
  });
  return { publish, events, asked, ids: () => events.map(({ detail }) => detail.id) };
}

describe('publishing a batch', () => {
  it('tells of every change in it, but of reactions and receipts nothing', async () => {
    const { publish, ids } = scene();
    expect(await publish([reacting, sent({ seq: 1 }), joining])).toEqual({ failed: [], delivered: 3 });
    expect(ids()).toEqual(['message.created:c1.1', 'member.added:c1:2:eve', 'member.added:c1:2:dan']);
  });

  it('asks for the head of each conversation once, and not for one that comes with the change', async () => {
    const { publish, asked } = scene(undefined, ['c1', 'c2']);
    await publish([sent({ seq: 1 }), joining, sent({ seq: 2 }), sent({ conversationId: 'c2', seq: 1 })]);
    expect(asked).toEqual([['c1', 'c2']]);
  });

  it('brings those back of which the bus did not take an event, each once', async () => {
    const { publish } = scene(({ detail }) => /c1\.2|member/.test(detail.id));
    const outcome = await publish([reacting, sent({ seq: 1 }), sent({ seq: 2 }), joining, sent({ seq: 3 })]);
    expect(outcome).toEqual({ failed: [2, 3], delivered: 2 });
  });

  it('says the same with the same id when it comes again', async () => {
    const { publish, events } = scene();
    await publish([sent({ seq: 1 }), joining]);
    await publish([sent({ seq: 1 }), joining]);
    expect(events.slice(3)).toEqual(events.slice(0, 3));
  });

  it('tells nothing of a conversation that is gone', async () => {
    const { publish, events } = scene();
    expect(await publish([sent({ conversationId: 'gone' })])).toEqual({ failed: [], delivered: 0 });
    expect(events).toEqual([]);
  });

  it('fails as a whole, before anything is told, where the table can’t be read', async () => {
    const { bus, events } = recordedBus();
    const headsOf = () => Promise.reject(new ChatError('UNAVAILABLE', 'unable to use the table; it is too busy'));
    const publish = publishEvents({
      context: { headsOf },
      memberLists: memberLists({ membersOf: async () => [] }),
      bus,
    });
    await expect(publish([joining, sent()])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(events).toEqual([]);
  });
});
