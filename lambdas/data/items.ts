import type { Connection } from '../domain/connection.ts';
import type { Head, Member, Metadata } from '../domain/conversation.ts';
import type { Device } from '../domain/device.ts';
import type { Message } from '../domain/message.ts';
import * as keys from './keys.ts';
import type { Item } from './table.ts';

/**
 * What the table holds of each entity, and back. An id that the key holds is not held twice. `emit` names the event that a write
 * stands for: a write with nothing to announce has none. The table is ours alone and was checked when it was written, so that what
 * is read from it is trusted and not parsed again.
 */

export const headItem = ({ conversationId, ...head }: Head, emit?: 'conversation.created'): Item => ({
  ...keys.headKey(conversationId),
  entity: 'conversation',
  ...(emit && { emit }),
  ...head,
});
export const headFrom = (item: Item): Head =>
  ({ ...attributesOf(item), conversationId: keys.conversationOf(item) }) as Head;

export const metadataItem = (conversationId: string, metadata: Metadata): Item => ({
  ...keys.metadataKey(conversationId),
  entity: 'metadata',
  metadata,
});
export const metadataFrom = (item: Item): Metadata => item.metadata as Metadata;

export const memberItem = ({ conversationId, userId, ...member }: Member, activityMs: number): Item => ({
  ...keys.memberKey(conversationId, userId),
  ...keys.activityKey(userId, conversationId, activityMs),
  entity: 'member',
  ...member,
});
export const memberFrom = (item: Item): Member =>
  ({ ...attributesOf(item), conversationId: keys.conversationOf(item), userId: keys.memberOf(item) }) as Member;

export const messageItem = ({ conversationId, ...message }: Message): Item => ({
  ...keys.messageKey(conversationId, message.seq),
  entity: 'message',
  emit: 'message.created',
  ...message,
});
export const messageFrom = (item: Item): Message =>
  ({ ...attributesOf(item), conversationId: keys.conversationOf(item) }) as Message;

export const deviceItem = ({ userId, deviceId, ...device }: Device): Item => ({
  ...keys.deviceKey(userId, deviceId),
  entity: 'device',
  ...device,
});
export const deviceFrom = (item: Item): Device =>
  ({ ...attributesOf(item), userId: keys.userOf(item), deviceId: keys.deviceOf(item) }) as Device;

/** One item a user, one attribute a connection: the first connection needs no item to be there, nor a map in it. */
export const connectionAttribute = (connectionId: string) => `${connectionPrefix}${connectionId}`;
const connectionPrefix = 'conn#';

export const connectionsFrom = (item: Item): Connection[] =>
  Object.entries(item)
    .filter(([name]) => name.startsWith(connectionPrefix))
    .map(
      ([name, times]) =>
        ({
          ...(times as Pick<Connection, 'openedAtMs' | 'expiresAtMs'>),
          connectionId: name.slice(connectionPrefix.length),
          userId: keys.userOf(item),
        }) satisfies Connection,
    );

function attributesOf(item: Item): Item {
  const { PK, SK, GSI1PK, GSI1SK, entity, emit, ...attributes } = item;
  return attributes;
}
