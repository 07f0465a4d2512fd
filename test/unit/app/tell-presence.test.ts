import { beforeEach, describe, expect, it } from 'vitest';
import { tellPresence } from '../../../lambdas/app/tell-presence.ts';
import { ChatError } from '../../../lambdas/domain/chat-error.ts';
import type { PresenceStatus } from '../../../lambdas/domain/presence.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { recordedBus } from '../../helpers/recorded-bus.ts';
import { userNewsPorts } from '../../helpers/user-news-ports.ts';

const clock = fakeClock();
const openedAtMs = clock.now() - 60_000;

let { ports, posts, closed, events } = evesPorts();
beforeEach(() => {
  ({ ports, posts, closed, events } = evesPorts());
});

/** `eve` has direct conversations with everybody, and two connections. */
function evesPorts() {
  return userNewsPorts({ otherUserId: 'eve', devices: ['phone', 'tablet'] });
}

const tell = (...changes: [userId: string, status: PresenceStatus][]) =>
  tellPresence(ports)(changes.map(([userId, status], n) => ({ userId, status, atMs: clock.now() + n })));
const heardBy = (device: string) =>
  posts
    .filter(({ connectionId }) => connectionId === `eve’s ${device}`)
    .map(({ events }) => events.map(({ data }) => `${data.userId} ${data.status}`));

describe('word of who is there', () => {
  it('comes in one frame for each connection, whoever it is of', async () => {
    expect(await tell(['ann', 'online'], ['bob', 'online'], ['ann', 'away'], ['ann', 'online'])).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(heardBy('phone')).toEqual([['ann online', 'bob online']]);
    expect(heardBy('tablet')).toEqual(heardBy('phone'));
  });

  it('is not spread where it no longer stands', async () => {
    expect(await tell(['ann', 'offline'], ['bob', 'away'])).toEqual([true, true]);
    expect(posts).toEqual([]);
  });

  it('comes again for those alone whose audience can’t be read', async () => {
    ports.audience.placesOf = async (userId) => {
      if (userId === 'ann') throw new ChatError('UNAVAILABLE', 'unable to use the table; it is too busy');
      return [{ conversationId: 'd1', otherUserId: 'eve' }];
    };
    expect(await tell(['ann', 'online'], ['bob', 'online'], ['ann', 'online'])).toEqual([false, true, false]);
    expect(heardBy('phone')).toEqual([['bob online']]);
  });

  it('comes again for all where nobody can be looked at', async () => {
    ports.presences.attendancesOf = () => Promise.reject(new ChatError('UNAVAILABLE', 'unable to use the table'));
    await expect(tell(['ann', 'online'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each(['later', 'lost'] as const)('is forgotten where a post ends as %s', async (outcome) => {
    ports.sockets.post = async () => outcome;
    expect(await tell(['ann', 'online'])).toEqual([true]);
    expect(closed).toEqual([]);
  });

  it('finds out who is gone, whatever becomes of that', async () => {
    ports.sockets.post = async (connectionId) => (connectionId === 'eve’s phone' ? 'gone' : 'delivered');
    expect(await tell(['ann', 'online'])).toEqual([true]);
    expect(closed).toEqual(['eve’s phone']);
    ports.connections.close = () => Promise.reject(new ChatError('UNAVAILABLE', 'unable to use the table'));
    expect(await tell(['ann', 'online'])).toEqual([true]);
  });

  it('says nothing of a connection that may still be opening', async () => {
    const { connectionsOf } = ports.connections;
    ports.connections.connectionsOf = async (...asked) =>
      (await connectionsOf(...asked)).map((each) => ({ ...each, openedAtMs: clock.now() - 1_000 }));
    ports.sockets.post = async () => 'gone';
    await tell(['ann', 'online']);
    expect(closed).toEqual([]);
  });

  it('puts back first when a user was seen whom the table forgot', async () => {
    const put: unknown[] = [];
    ports.presences.putBack = async (...seen) => void put.push(seen);
    await tellPresence(ports)([{ userId: 'ann', atMs: clock.now(), lostLastSeenAtMs: openedAtMs }]);
    expect(put).toEqual([['ann', openedAtMs]]);
    expect(posts).toEqual([]);
  });
});

describe('the deployer’s own systems', () => {
  it('hear once of who came, with an id that a repeat has too', async () => {
    await tell(['ann', 'online']);
    await tell(['ann', 'online']);
    const at = new Date(clock.now()).toISOString();
    const id = `user.online:ann:${clock.now()}`;
    const event = { detailType: 'chat.user.online', detail: { version: 1, id, at, user: { userId: 'ann' } } };
    expect(events).toEqual([event, event]);
  });

  it('hear of nobody who is away, or of whom nothing stands', async () => {
    await tell(['ann', 'away'], ['bob', 'offline']);
    expect(events).toEqual([]);
  });

  it('cost nobody their word of it when their bus is in trouble', async () => {
    ports.bus = recordedBus(() => true).bus;
    expect(await tell(['ann', 'online'])).toEqual([true]);
    expect(posts).toHaveLength(2);
  });
});
