import { forgetWatching } from '../../../lambdas/app/forget-watching.ts';
import { openTable } from '../../../lambdas/data/client.ts';
import { connectionsFrom, watchersFrom } from '../../../lambdas/data/items.ts';
import { joinedStore } from '../../../lambdas/data/joined-store.ts';
import { connectionsKey, headKey, memberKey, watchersKey } from '../../../lambdas/data/keys.ts';
import { roomStore } from '../../../lambdas/data/room-store.ts';
import { watcherStore } from '../../../lambdas/data/watcher-store.ts';
import { systemClock as clock } from '../../../lambdas/runtime/clock.ts';
import { tableName } from '../../helpers/database.ts';
import { type Caller, startBackend } from './backend.ts';
import { roomCalls } from './room-calls.ts';

/** People with connections, the rooms that they look at, and what they hear: all over a real database. */
export async function startRooms() {
  const backend = await startBackend();
  const { database } = backend;
  const rooms = await roomCalls();
  const table = openTable(tableName);
  const ports = { rooms: roomStore(table), joined: joinedStore(table), watchers: watcherStore(table), clock };
  const itemOf = async (key: Parameters<typeof database.itemOf>[0]) => (await database.itemOf(key)) ?? {};

  const connected = async ({ userId }: Pick<Caller, 'userId'>, device: string): Promise<Caller> => {
    const caller = { userId, connectionId: `${device} of ${userId}` };
    await backend.connect(caller);
    return caller;
  };
  const created = async (creator: Caller, body: object): Promise<string> =>
    (await backend.create(creator.userId, body)).body.conversation.id;

  return {
    ...rooms,
    backend,
    database,
    /** Somebody new with one connection. */
    user: (name: string) => connected({ userId: `${name}-${crypto.randomUUID()}` }, 'phone'),
    /** Another connection of theirs. */
    connected,
    group: (owner: Caller, ...members: Caller[]) =>
      created(owner, { type: 'group', title: 'Team', memberIds: members.map(({ userId }) => userId) }),
    direct: (one: Caller, { userId }: Caller) => created(one, { type: 'direct', userId }),
    async watchersOf(conversationId: string): Promise<string[]> {
      return watchersFrom(await itemOf(watchersKey(conversationId))).map(({ connectionId }) => connectionId);
    },
    /** Nothing where there is no such connection. */
    async joinedBy({ userId, connectionId }: Caller): Promise<string[] | undefined> {
      const connections = connectionsFrom(await itemOf(connectionsKey(userId)));
      return connections.find((connection) => connection.connectionId === connectionId)?.joined;
    },
    heardBy: ({ connectionId }: Caller) => backend.postsTo(connectionId).flatMap(({ events }) => events),
    /** Behind the back of all: what a conversation, or the membership of somebody in it, is from now on. */
    change: (conversationId: string, what: 'head' | Caller, attributes: Record<string, unknown>) =>
      database.change(what === 'head' ? headKey(conversationId) : memberKey(conversationId, what.userId), attributes),
    /** What FanOut does when it hears of a removal. */
    forget: forgetWatching(ports),
    /** What the handlers are made of. */
    ports,
    close: backend.close,
  };
}
export type Rooms = Awaited<ReturnType<typeof startRooms>>;
