import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { closeAllConnections } from '../../../lambdas/app/close-all-connections.ts';
import { hangUp } from '../../../lambdas/app/hang-up.ts';
import { knownBans } from '../../../lambdas/app/known-bans.ts';
import { banUser, liftBan } from '../../../lambdas/app/manage-bans.ts';
import { ping } from '../../../lambdas/app/ping.ts';
import { refreshToken } from '../../../lambdas/app/refresh-token.ts';
import { renewals } from '../../../lambdas/app/renewals.ts';
import { banStore } from '../../../lambdas/data/ban-store.ts';
import { connectionStore } from '../../../lambdas/data/connection-store.ts';
import { conversationStore } from '../../../lambdas/data/conversation-store.ts';
import { headItem, memberItem } from '../../../lambdas/data/items.ts';
import { watcherStore } from '../../../lambdas/data/watcher-store.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const clock = fakeClock();
const place = { userId: 'alice', connectionId: 'a' };
const openUntil = (expiresAtMs: number, ...joined: string[]) => ({
  openedAtMs: clock.now(),
  expiresAtMs,
  joined: Object.fromEntries(joined.map((conversationId) => [conversationId, true])),
});
const refused = () => new ConditionalCheckFailedException({ message: 'refused', $metadata: {} });
const hourLater = clock.now() + 3_600_000;
const item = { PK: 'USER#alice', 'conn#a': openUntil(hourLater, 'c1', 'c2'), 'conn#b': openUntil(hourLater) };

/** A user with two connections, one of which looks at two conversations. */
function twoConnections() {
  const recorded = recordedTable();
  recorded.mock.on(GetCommand).resolves({ Item: item });
  recorded.mock.on(UpdateCommand).resolves({ Attributes: item });
  const closed: string[] = [];
  const ports = {
    connections: connectionStore(recorded.table),
    bans: banStore(recorded.table),
    watchers: watcherStore(recorded.table),
    sockets: {
      close: async (connectionId: string) => {
        closed.push(connectionId);
        return true;
      },
    },
    clock,
  };
  return { ...recorded, ports, closed };
}

describe('the table calls of', () => {
  it('a disconnect: one write, and one for each conversation that it had joined', async () => {
    const { ports, calls } = twoConnections();
    await hangUp(ports)(place, 0);
    expect(calls()).toEqual(['Update', 'Update', 'Update']);
  });

  it('a disconnect that comes late: one write, which is refused', async () => {
    const { ports, mock, calls } = twoConnections();
    mock.on(UpdateCommand).rejects(refused());
    await hangUp(ports)(place, clock.now() - 30_000);
    expect(calls()).toEqual(['Update']);
  });

  it('a disconnect that comes before its connect has ended: the mark beside', async () => {
    const { ports, mock, calls } = twoConnections();
    mock.on(UpdateCommand).rejects(refused());
    await hangUp(ports)(place, clock.now() - 29_999);
    expect(calls()).toEqual(['Update', 'Update']);
  });

  it('a refresh: one read, one write, and one for each conversation that it has joined', async () => {
    const { ports, calls, input } = twoConnections();
    const verify = async () => ({ userId: 'alice', scopes: [], expiresAt: hourLater });
    await refreshToken({ ...ports, verify })(place, 'token');
    expect(calls()).toEqual(['Get', 'Update', 'Update', 'Update']);
    expect(input(0)).toMatchObject({ ConsistentRead: true });
  });

  it('a refresh with a token that is not good, or another user’s: none', async () => {
    const { ports, calls } = twoConnections();
    const verify = async () => ({ userId: 'bob', scopes: [], expiresAt: hourLater });
    await expect(refreshToken({ ...ports, verify })(place, 'token')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(calls()).toEqual([]);
  });

  it('frames by a renewed connection: one read, and none again until the renewal is over', async () => {
    const { ports, calls } = twoConnections();
    const time = fakeClock(clock.now());
    const { renewed } = renewals({ ...ports, clock: time });
    for (let n = 0; n < 3; n += 1) expect(await renewed('alice', 'a')).toMatchObject({ expiresAtMs: hourLater });
    expect(calls()).toEqual(['Get']);
    time.advance(3_600_000);
    await renewed('alice', 'a');
    expect(calls()).toEqual(['Get', 'Get']);
  });

  it('logging out everywhere: one read, one write, and one for each conversation that was joined', async () => {
    const { ports, calls, closed } = twoConnections();
    await closeAllConnections(ports)('alice');
    expect(calls()).toEqual(['Get', 'Update', 'Update', 'Update']);
    expect(closed).toEqual(['a', 'b']);
  });

  it('logging out without a connection: one read', async () => {
    const { ports, mock, calls } = twoConnections();
    mock.on(GetCommand).resolves({});
    await closeAllConnections(ports)('alice');
    expect(calls()).toEqual(['Get']);
  });

  it('a ban: one transaction before those of logging out; one to lift it', async () => {
    const { ports, mock, calls } = twoConnections();
    mock.on(GetCommand).resolves({});
    await banUser(ports)({ userId: 'root' }, 'alice', {});
    expect(calls()).toEqual(['TransactWrite', 'Get']);
    await liftBan(ports)('alice');
    expect(calls().slice(2)).toEqual(['TransactWrite']);
  });

  it('asking who is banned: one read without consistency for a user in ten seconds', async () => {
    const { ports, mock, calls, input } = twoConnections();
    mock.on(GetCommand).resolves({});
    const time = fakeClock();
    const known = knownBans({ ...ports, clock: time });
    for (let n = 0; n < 10; n += 1) {
      expect(await known.isBanned('alice')).toBe(false);
      time.advance(999);
    }
    expect(calls()).toEqual(['Get']);
    expect(input(0)).toMatchObject({ Key: { PK: 'BAN#alice', SK: 'BAN' }, ConsistentRead: false });
  });

  it('a ping about ten conversations: one batch read; without any: none', async () => {
    const recorded = recordedTable();
    const found = [headItem(aHead({ lastSeq: 7, lastRev: 2 })), memberItem(aMember(), 0)];
    recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: found } });
    const answer = ping({ conversations: conversationStore(recorded.table), clock });

    expect(await answer('alice')).toEqual({ at: new Date(clock.now()).toISOString(), heads: {} });
    expect(recorded.calls()).toEqual([]);

    const ten = Array.from({ length: 10 }, (_, n) => `c${n + 1}`);
    expect(await answer('alice', ten)).toMatchObject({ heads: { c1: { seq: 7, rev: 2 } } });
    expect(recorded.calls()).toEqual(['BatchGet']);
  });
});
