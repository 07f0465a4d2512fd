import { beforeEach, describe, expect, it } from 'vitest';
import { tellUsers } from '../../../lambdas/app/tell-users.ts';
import { ChatError } from '../../../lambdas/domain/chat-error.ts';
import type { Connection } from '../../../lambdas/domain/connection.ts';
import type { KeyNews } from '../../../lambdas/domain/device-keys.ts';
import type { PresenceChange } from '../../../lambdas/domain/presence.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

const clock = fakeClock();
const live = { openedAtMs: clock.now() - 60_000, expiresAtMs: clock.now() + 3_600_000 };
const phoneOf = (userId: string): Connection => ({ ...live, userId, connectionId: `${userId}’s phone`, joined: [] });

const changed: KeyNews = { emit: 'keys.changed', userId: 'ann', deviceId: 'd1', atMs: 0 };
const low: KeyNews = { emit: 'keys.low', userId: 'ann', deviceId: 'd1', left: 3, atMs: 0 };
const came: PresenceChange = { userId: 'ann', status: 'online', atMs: 0 };

let heard: [connectionId: string, type: string, data: unknown][];
let ports: Parameters<typeof tellUsers>[0];

/** Ann writes directly to bob. */
beforeEach(() => {
  heard = [];
  ports = {
    clock,
    graceMs: 10_000,
    presences: {
      attendancesOf: async (userIds) => new Map(userIds.map((userId) => [userId, { connections: [live] }])),
      putBack: async () => undefined,
    },
    audience: {
      placesOf: async () => [{ conversationId: 'd1', otherUserId: 'bob' }],
      estrangedFrom: async () => new Set(),
      watchersOf: async () => [],
    },
    connections: { connectionsOf: async (userIds) => userIds.map(phoneOf), close: async () => [] },
    watchers: { remove: async () => undefined },
    sockets: {
      async post(connectionId, frame) {
        for (const { type, data } of JSON.parse(frame).events) heard.push([connectionId, type, data]);
        return 'delivered';
      },
    },
    bus: { publish: async () => [] },
  };
});

const typesFor = (userId: string) => heard.flatMap(([id, type]) => (id === phoneOf(userId).connectionId ? [type] : []));

describe('what is told of users', () => {
  it('is of keys and of presence, each to whom it concerns', async () => {
    expect(await tellUsers(ports)([changed, came, low])).toEqual([true, true, true]);
    expect(typesFor('ann').toSorted()).toEqual(['keys.changed', 'keys.low']);
    expect(typesFor('bob').toSorted()).toEqual(['keys.changed', 'presence.changed']);
    expect(heard).toContainEqual(['bob’s phone', 'keys.changed', { userId: 'ann', deviceId: 'd1' }]);
    expect(heard).toContainEqual(['ann’s phone', 'keys.low', { deviceId: 'd1', left: 3 }]);
  });

  it('comes again, in its place, where its listeners can’t be read', async () => {
    ports.audience.placesOf = () => Promise.reject(new ChatError('UNAVAILABLE', 'unable to use the table; it is busy'));
    expect(await tellUsers(ports)([low, came, changed, low])).toEqual([true, false, false, true]);
  });

  it('is forgotten where a post fails', async () => {
    ports.sockets.post = async () => 'lost';
    expect(await tellUsers(ports)([changed])).toEqual([true]);
  });
});
