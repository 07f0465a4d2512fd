import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { occurrenceFrom } from '../../../lambdas/data/images.ts';
import { connectionAttribute, messageItem } from '../../../lambdas/data/items.ts';
import { connectionsKey, keyRingKey } from '../../../lambdas/data/keys.ts';
import { aMessage } from '../../helpers/memory-stores.ts';

const atMs = Date.UTC(2026, 0, 1);
const graceMs = 10_000;
const live = { openedAtMs: atMs - 60_000, expiresAtMs: atMs + 60_000, joined: {} };

/** The item of a user's connections. */
const connectionsImage = (connections: Record<string, object>, more: object = {}) =>
  marshall({
    ...connectionsKey('ann'),
    entity: 'connections',
    emit: 'presence.changed',
    ...Object.fromEntries(Object.entries(connections).map(([id, value]) => [connectionAttribute(id), value])),
    ...more,
  });

describe('a write of the stream', () => {
  it('of a message is a change of its conversation', () => {
    expect(occurrenceFrom({ after: marshall(messageItem(aMessage())), atMs }, graceMs)).toMatchObject({
      change: { emit: 'message.created', message: { conversationId: 'c1', seq: 1 } },
    });
  });

  it('of somebody’s first connection says that they are there', () => {
    expect(occurrenceFrom({ after: connectionsImage({ phone: live }), atMs }, graceMs)).toMatchObject({
      presence: { userId: 'ann', status: 'online', atMs },
    });
  });

  it('of somebody’s second connection is nothing to others', () => {
    const before = connectionsImage({ phone: live });
    const after = connectionsImage({ phone: live, tablet: live });
    expect(occurrenceFrom({ before, after, atMs }, graceMs)).toBeUndefined();
  });

  it('that took somebody’s connections away says that they are gone, and since when', () => {
    const ended = { ...live, expiresAtMs: atMs - 5_000 };
    expect(occurrenceFrom({ before: connectionsImage({ phone: ended }), atMs }, graceMs)).toMatchObject({
      presence: { userId: 'ann', status: 'offline', lostLastSeenAtMs: atMs - 5_000 },
    });
  });

  it('of a key ring is news of somebody’s keys, and no change of a conversation', () => {
    const changed = { deviceId: 'phone', left: 3, atMs };
    const after = marshall({ ...keyRingKey('ann'), entity: 'keyRing', emit: 'keys.low', changed });
    expect(occurrenceFrom({ after, atMs }, graceMs)).toEqual({ keys: { emit: 'keys.low', userId: 'ann', ...changed } });
  });

  it('that says nothing can not be understood', () => {
    expect(() => occurrenceFrom({ atMs }, graceMs)).toThrow('its emit names no event');
  });
});
