import { describe, expect, test, vi } from 'vitest';
import { createClock } from '../../../../local/clock.ts';
import { createTimeToLive } from '../../../../local/dynamodb/time-to-live.ts';
import { chatTable } from '../../../integration/local/chat-table.ts';

const keys = { PK: { S: 'bob' }, SK: { S: 'x' } };
const ok = (body: object) => ({ status: 200, body: JSON.stringify(body) });

function setUp({ deletes }: { deletes: number }) {
  const call = vi.fn(async (operation: string, _body: string) =>
    operation === 'Scan' ? ok({ Items: [{ ...keys, ttl: { N: '1700000000' } }] }) : { status: deletes, body: '{}' },
  );
  const timeToLive = createTimeToLive(call, createClock());
  timeToLive.watch({ ref: 'Chat', properties: chatTable });
  return { call, timeToLive };
}

describe('the time to live', () => {
  test('is asked of the item again when it is removed, which may have got more time meanwhile', async () => {
    const { call, timeToLive } = setUp({ deletes: 200 });
    await timeToLive.sweep();
    const deletion: unknown = JSON.parse(call.mock.calls[1]?.[1] ?? '');
    expect(deletion).toMatchObject({
      Key: keys,
      ConditionExpression: '#ttl = :seen',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':seen': { N: '1700000000' } },
    });
  });

  test('explains a removal at its time, whatever the order of the keys', async () => {
    const { timeToLive } = setUp({ deletes: 200 });
    await timeToLive.sweep();
    const { PK, SK } = keys;
    expect(timeToLive.removed({ SK, PK }, Date.now())).toBe(true);
    expect(timeToLive.removed(keys, Date.now() - 60_000)).toBe(false);
    expect(timeToLive.removed({ PK, SK: { S: 'y' } }, Date.now())).toBe(false);
  });

  test('does not explain the removal of an item that it left alone', async () => {
    const { timeToLive } = setUp({ deletes: 400 });
    await timeToLive.sweep();
    expect(timeToLive.removed(keys, Date.now())).toBe(false);
  });

  test('is nothing for a table without one', async () => {
    const call = vi.fn();
    const timeToLive = createTimeToLive(call, createClock());
    timeToLive.watch({ ref: 'Plain', properties: { KeySchema: chatTable.KeySchema } });
    await timeToLive.sweep();
    expect(call).not.toHaveBeenCalled();
  });

  test('of a table that does not answer fails one sweep, not the next', async () => {
    const { call, timeToLive } = setUp({ deletes: 200 });
    call.mockResolvedValueOnce({ status: 500, body: 'busy' });
    await expect(timeToLive.sweep()).rejects.toThrow('unable to Scan Chat; busy');
    await timeToLive.sweep();
    expect(timeToLive.removed(keys, Date.now())).toBe(true);
  });
});
