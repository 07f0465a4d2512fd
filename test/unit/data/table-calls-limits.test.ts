import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { rateLimiter } from '../../../lambdas/app/limit-rate.ts';
import { sendMessage } from '../../../lambdas/app/send-message.ts';
import { headItem, memberItem } from '../../../lambdas/data/items.ts';
import { rateStore } from '../../../lambdas/data/rate-store.ts';
import { sendStores } from '../../../lambdas/data/send-stores.ts';
import { leaseAt } from '../../../lambdas/domain/send-lease.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { carryNothing } from '../../helpers/carry-nothing.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const clock = fakeClock();
const now = clock.now();
const refusedBecauseOf = (item: Record<string, unknown>) =>
  new ConditionalCheckFailedException({ message: 'refused', Item: marshall(item), $metadata: { attempts: 1 } });

describe('the table calls of limits', () => {
  const rate = { perSecond: 10, burst: 30 };
  const limits = { send: rate, request: rate, serviceFactor: 10 };
  const ann = { userId: 'ann', isService: false, rateClass: 'send', weight: 1 } as const;

  async function taking(recorded: ReturnType<typeof recordedTable>, count: number): Promise<void> {
    const limiter = rateLimiter({ rates: rateStore(recorded.table), clock, limits });
    for (let n = 0; n < count; n += 1) await limiter.take(ann);
  }

  it('four requests: none', async () => {
    const recorded = recordedTable();
    await taking(recorded, 4);
    expect(recorded.calls()).toEqual([]);
  });

  it('the fifth: one write, for the four before it', async () => {
    const recorded = recordedTable();
    await taking(recorded, 5);
    expect(recorded.calls()).toEqual(['Update']);
    expect(recorded.input(0)).toMatchObject({
      Key: { PK: 'RATE#ann', SK: 'RATE' },
      ConditionExpression: 'attribute_not_exists(#bucket) OR #bucket <= :since',
      ExpressionAttributeNames: { '#bucket': 'send' },
      ExpressionAttributeValues: { ':since': now, ':fullAt': now + 400, ':ttl': now / 1_000 + 3_600 },
    });
  });

  it('the fifth where another function takes from the bucket too: two writes, and none for the next nine', async () => {
    const recorded = recordedTable();
    recorded.mock
      .on(UpdateCommand)
      .rejectsOnce(refusedBecauseOf({ send: now + 500 }))
      .resolves({ Attributes: { send: now + 900 } });
    await taking(recorded, 14);
    expect(recorded.calls()).toEqual(['Update', 'Update']);
    expect(recorded.input(1)).toMatchObject({ ConditionExpression: '#bucket > :since' });
  });

  it('a flood: none beyond those of what was let through', async () => {
    const recorded = recordedTable();
    recorded.mock.on(UpdateCommand).resolves({ Attributes: { send: now + 3_000 } });
    await taking(recorded, 500);
    expect(recorded.calls()).toEqual(['Update']);
  });
});

describe('the table calls of slow mode', () => {
  const send = (recorded: ReturnType<typeof recordedTable>) =>
    sendMessage({
      ...sendStores(recorded.table),
      carry: carryNothing,
      clock,
      randomness: { fraction: () => 0.5 },
      digest,
    })({
      conversationId: 'c1',
      senderId: 'alice',
      clientMessageId: 'm2',
      type: 'text',
      text: 'hello',
    });
  const own = { [digest('m2').slice(0, 8)]: leaseAt(now, 0.5) };
  const recentSends = { older: leaseAt(now - 60_000, 0.1), previous: leaseAt(now - 20_000, 0.1), ...own };
  const claimed = { Attributes: memberItem(aMember({ recentSends }), 0) };
  const slow = (slowModeSeconds: number) => headItem(aHead({ lastSeq: 7, slowModeSeconds }));

  it('a send: three conditional writes as always, one of which compares', async () => {
    const recorded = recordedTable();
    recorded.mock
      .on(UpdateCommand)
      .resolvesOnce(claimed)
      .resolves({ Attributes: slow(20) });

    await send(recorded);

    expect(recorded.calls()).toEqual(['Update', 'Update', 'Put']);
    expect(recorded.input(1)).toMatchObject({
      ConditionExpression:
        'attribute_exists(PK) AND attribute_not_exists(closedAtMs) AND attribute_not_exists(posting) AND ' +
        '(attribute_not_exists(slowModeSeconds) OR slowModeSeconds <= :since)',
      ExpressionAttributeValues: { ':since': 20 },
    });
  });

  it('a send that comes too soon: the claim, the refusal, the claim taken back', async () => {
    const recorded = recordedTable();
    recorded.mock
      .on(UpdateCommand)
      .resolvesOnce(claimed)
      .rejectsOnce(refusedBecauseOf(slow(30)))
      .resolves({});

    await expect(send(recorded)).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: 10_000 } });

    expect(recorded.calls()).toEqual(['Update', 'Update', 'Update']);
  });

  it('a moderator’s send: nothing is compared', async () => {
    const recorded = recordedTable();
    const moderator = memberItem(aMember({ role: 'moderator', recentSends }), 0);
    recorded.mock
      .on(UpdateCommand)
      .resolvesOnce({ Attributes: moderator })
      .resolves({ Attributes: slow(30) });

    await send(recorded);

    expect(recorded.input(1).ConditionExpression).toBe('attribute_exists(PK) AND attribute_not_exists(closedAtMs)');
  });
});
