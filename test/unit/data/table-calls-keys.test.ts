import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DeleteCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { claimKeys } from '../../../lambdas/app/claim-keys.ts';
import { removeKeys, saveKeys, showKeys } from '../../../lambdas/app/manage-keys.ts';
import { audienceStore } from '../../../lambdas/data/audience-store.ts';
import { deviceKeysItem, oneTimeKeyItem } from '../../../lambdas/data/items.ts';
import { keyStore } from '../../../lambdas/data/key-store.ts';
import * as keys from '../../../lambdas/data/keys.ts';
import type { DeviceKeys } from '../../../lambdas/domain/device-keys.ts';
import { directConversationId } from '../../../lambdas/domain/ids.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const oneTimeKeys = (count: number) => upTo(count).map((keyId) => ({ keyId, publicKey: 'AAAA' }));

const signedPreKey = { keyId: 1, publicKey: 'AAAA', signature: 'AAAA' };
const device: DeviceKeys = {
  userId: 'ann',
  deviceId: 'phone',
  identityKey: 'YW5u',
  signedPreKey,
  generation: 'first',
  lastKeyId: 99,
};
const given = (count: number, identityKey = device.identityKey) => ({
  identityKey,
  signedPreKey,
  oneTimeKeys: oneTimeKeys(count),
});

const prefixedBy = (prefix: string) => ({ ExpressionAttributeValues: { ':user': 'USER#ann', ':keys': prefix } });

/** Bob's direct conversation is with ann, who has this device with so many one-time keys, unless said otherwise. */
function annWith({ left = 0, devices = [device] }) {
  const recorded = recordedTable();
  const items = oneTimeKeys(left).map((key) => oneTimeKeyItem(device, key));
  const conversationId = directConversationId('ann', 'bob', digest);
  recorded.mock.on(QueryCommand).resolves({ Items: items.slice(0, 25), Count: left });
  recorded.mock.on(QueryCommand, prefixedBy('KEY#')).resolves({ Items: devices.map(deviceKeysItem) });
  recorded.mock
    .on(QueryCommand, { ExpressionAttributeValues: { ':user': 'USER#bob', ':either': 'BLOCK' } })
    .resolves({ Items: [] });
  recorded.mock
    .on(BatchGetCommand)
    .resolves({ Responses: { Chat: [{ ...keys.memberKey(conversationId, 'bob'), entity: 'member' }] } });
  recorded.mock.on(DeleteCommand).callsFake(({ Key }) => ({ Attributes: { ...Key, publicKey: 'AAAA' } }));
  return recorded;
}

const portsOf = ({ table }: ReturnType<typeof recordedTable>) => ({
  keys: keyStore(table),
  audience: audienceStore(table),
  clock: fakeClock(),
  randomness: { id: () => 'second', fraction: () => 0.3 },
  digest,
});

const itemsIn = (input: Record<string, unknown>) =>
  Array.isArray(input.TransactItems) ? input.TransactItems.length : 0;

describe('the table calls of keys:', () => {
  it('a new device with 100 one-time keys: a query and two transactions', async () => {
    const recorded = annWith({ devices: [] });
    const saved = await saveKeys(portsOf(recorded))('ann', 'phone', given(100));
    expect(saved.oneTimeKeysLeft).toBe(100);
    expect(recorded.calls()).toEqual(['Query', 'TransactWrite', 'TransactWrite']);
    expect([recorded.input(1), recorded.input(2)].map(itemsIn)).toEqual([100, 3]);
  });

  it('what is saved already: a query, and one that counts', async () => {
    const recorded = annWith({ left: 12 });
    expect(await saveKeys(portsOf(recorded))('ann', 'phone', given(100))).toMatchObject({ oneTimeKeysLeft: 12 });
    expect(recorded.calls()).toEqual(['Query', 'Query']);
    expect(recorded.input(1)).toMatchObject({ Select: 'COUNT' });
  });

  it('a new signed pre-key: the same and a write', async () => {
    const recorded = annWith({ left: 12 });
    const renewed = { ...given(0), signedPreKey: { ...signedPreKey, keyId: 2 } };
    await saveKeys(portsOf(recorded))('ann', 'phone', renewed);
    expect(recorded.calls()).toEqual(['Query', 'Query', 'TransactWrite']);
    expect(itemsIn(recorded.input(2))).toBe(1);
  });

  it('another identity: a query, a transaction, and a removal for each key before it', async () => {
    const recorded = annWith({ left: 3 });
    await saveKeys(portsOf(recorded))('ann', 'phone', given(2, 'bmV3'));
    expect(recorded.calls()).toEqual(['Query', 'TransactWrite', 'Query', 'Delete', 'Delete', 'Delete']);
    expect(itemsIn(recorded.input(1))).toBe(4);
  });

  it('saved elsewhere at every try: three times a query, a count and a transaction, and to come again', async () => {
    const recorded = annWith({ left: 3 });
    const CancellationReasons = [{ Code: 'ConditionalCheckFailed' }];
    recorded.mock
      .on(TransactWriteCommand)
      .rejects(new TransactionCanceledException({ message: 'refused', CancellationReasons, $metadata: {} }));
    const renewed = { ...given(0), signedPreKey: { ...signedPreKey, keyId: 2 } };
    await expect(saveKeys(portsOf(recorded))('ann', 'phone', renewed)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(recorded.calls()).toEqual(Array(3).fill(['Query', 'Query', 'TransactWrite']).flat());
  });

  it('remove: a transaction, a query, and a removal for each key', async () => {
    const recorded = annWith({ left: 2 });
    await removeKeys(portsOf(recorded))('ann', 'phone');
    expect(recorded.calls()).toEqual(['TransactWrite', 'Query', 'Delete', 'Delete']);
  });

  it('show another’s: whether one may, and a query', async () => {
    const recorded = annWith({});
    expect((await showKeys(portsOf(recorded))('bob', 'ann')).keys).toHaveLength(1);
    expect(recorded.calls()).toEqual(['Query', 'BatchGet', 'Query']);
  });

  it('show one’s own: a query, and one that counts for each device', async () => {
    const recorded = annWith({ left: 7 });
    expect((await showKeys(portsOf(recorded))('ann', 'ann')).keys).toMatchObject([{ oneTimeKeysLeft: 7 }]);
    expect(recorded.calls()).toEqual(['Query', 'Query']);
  });

  it('claim: whether one may, a query, and a query of 25 with a write for each device', async () => {
    const recorded = annWith({ left: 200 });
    const { keys } = await claimKeys(portsOf(recorded))('bob', 'ann');
    expect(keys).toMatchObject([{ oneTimeKey: { keyId: 7, publicKey: 'AAAA' } }]);
    expect(recorded.calls()).toEqual(['Query', 'BatchGet', 'Query', 'Query', 'Delete']);
    expect(recorded.input(3)).toMatchObject({ Limit: 25 });
  });

  it('claim one of the last: a write more, to tell the owner', async () => {
    const recorded = annWith({ left: 10 });
    await claimKeys(portsOf(recorded))('bob', 'ann');
    expect(recorded.calls()).toEqual(['Query', 'BatchGet', 'Query', 'Query', 'Delete', 'Update']);
    expect(recorded.input(5)).toMatchObject({ ExpressionAttributeValues: { ':emit': 'keys.low' } });
  });

  it('claim where none is left: no write', async () => {
    const recorded = annWith({ left: 0 });
    expect((await claimKeys(portsOf(recorded))('bob', 'ann')).keys).toMatchObject([{ isExhausted: true }]);
    expect(recorded.calls()).toEqual(['Query', 'BatchGet', 'Query', 'Query']);
  });

  it('claim where others always are faster: eight looks of three tries, and to come again', async () => {
    const recorded = annWith({ left: 200 });
    recorded.mock.on(DeleteCommand).rejects(new ConditionalCheckFailedException({ message: 'refused', $metadata: {} }));
    await expect(claimKeys(portsOf(recorded))('ann', 'ann')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const look = ['Query', 'Delete', 'Delete', 'Delete'];
    expect(recorded.calls()).toEqual(['Query', ...Array(8).fill(look).flat()]);
  });
});
