import type { RoomStore } from '../app/room-ports.ts';
import { connectionsFrom, headFrom, memberFrom, watchersFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table } from './table.ts';

/** Read consistently: whoever was removed before is seen to be gone. */
export const roomStore = (table: Table): RoomStore => ({
  async roomOf(userId, conversationId) {
    const items = await table.batchGet([
      keys.headKey(conversationId),
      keys.memberKey(conversationId, userId),
      keys.watchersKey(conversationId),
    ]);
    const [head, member, watchers] = ['conversation', 'member', 'watchers'].map((entity) => ofKind(items, entity)[0]);
    return {
      ...(head && { head: headFrom(head) }),
      ...(member && { member: memberFrom(member) }),
      ...(watchers && { watchers: watchersFrom(watchers) }),
    };
  },

  async standingOf({ userId, connectionId }, conversationId) {
    const items = await table.batchGet([keys.memberKey(conversationId, userId), keys.connectionsKey(userId)]);
    const connections = ofKind(items, 'connections').flatMap(connectionsFrom);
    const own = connections.find((connection) => connection.connectionId === connectionId);
    return {
      isMember: ofKind(items, 'member').length > 0,
      hasJoined: own?.joined.includes(conversationId) === true,
    };
  },

  async lineBetween({ conversationId, fromUserId, toUserId }) {
    const ends = [...new Set([fromUserId, toUserId])];
    const items = await table.batchGet([
      keys.headKey(conversationId),
      ...ends.map((userId) => keys.memberKey(conversationId, userId)),
      keys.connectionsKey(toUserId),
      ...blocksBetween(fromUserId, toUserId),
    ]);
    const [head] = ofKind(items, 'conversation');
    const members = ofKind(items, 'member').map(memberFrom);
    const [from, to] = [fromUserId, toUserId].map((id) => members.find(({ userId }) => userId === id));
    return {
      ...(head && { head: headFrom(head) }),
      ...(from && { from }),
      ...(to && { to }),
      isBlocked: ofKind(items, 'block').length > 0,
      connections: ofKind(items, 'connections').flatMap(connectionsFrom),
    };
  },

  async onlookersOf(conversationId, userIds) {
    const items = await table.batchGet([
      keys.watchersKey(conversationId),
      ...userIds.flatMap((userId) => [keys.memberKey(conversationId, userId), keys.connectionsKey(userId)]),
    ]);
    const connections = ofKind(items, 'connections').flatMap(connectionsFrom);
    return {
      memberIds: ofKind(items, 'member').map(keys.memberOf),
      joined: connections.filter(({ joined }) => joined.includes(conversationId)),
      watchers: ofKind(items, 'watchers').flatMap(watchersFrom),
    };
  },
});

/** Nobody blocks themselves, and a batch names no key twice. */
const blocksBetween = (one: string, other: string) =>
  one === other ? [] : [keys.blockKey(one, other), keys.blockKey(other, one)];

const ofKind = (items: Item[], kind: string) => items.filter(({ entity }) => entity === kind);
