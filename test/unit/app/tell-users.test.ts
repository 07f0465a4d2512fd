import { beforeEach, describe, expect, it } from 'vitest';
import { tellUsers } from '../../../lambdas/app/tell-users.ts';
import { ChatError } from '../../../lambdas/domain/chat-error.ts';
import type { KeyNews } from '../../../lambdas/domain/device-keys.ts';
import type { PresenceChange } from '../../../lambdas/domain/presence.ts';
import { userNewsPorts } from '../../helpers/user-news-ports.ts';

const changed: KeyNews = { emit: 'keys.changed', userId: 'ann', deviceId: 'd1', atMs: 0 };
const low: KeyNews = { emit: 'keys.low', userId: 'ann', deviceId: 'd1', left: 3, atMs: 0 };
const came: PresenceChange = { userId: 'ann', status: 'online', atMs: 0 };

/** Ann writes directly to bob. */
const bobsPorts = () => userNewsPorts({ otherUserId: 'bob', devices: ['phone'] });

let { ports, posts } = bobsPorts();
beforeEach(() => {
  ({ ports, posts } = bobsPorts());
});

const typesFor = (userId: string) => heardBy(userId).map(({ type }) => type);
const heardBy = (userId: string) =>
  posts.filter(({ connectionId }) => connectionId === `${userId}’s phone`).flatMap(({ events }) => events);

describe('what is told of users', () => {
  it('is of keys and of presence, each to whom it concerns', async () => {
    expect(await tellUsers(ports)([changed, came, low])).toEqual([true, true, true]);
    expect(typesFor('ann').toSorted()).toEqual(['keys.changed', 'keys.low']);
    expect(typesFor('bob').toSorted()).toEqual(['keys.changed', 'presence.changed']);
    expect(heardBy('bob')).toContainEqual(
      expect.objectContaining({ type: 'keys.changed', data: { userId: 'ann', deviceId: 'd1' } }),
    );
    expect(heardBy('ann')).toContainEqual(
      expect.objectContaining({ type: 'keys.low', data: { deviceId: 'd1', left: 3 } }),
    );
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
