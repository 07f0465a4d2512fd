import { limits } from '../../contract/limits.ts';
import type { JoinedStore, Joining } from '../app/room-ports.ts';
import type { ConnectionPlace } from '../domain/connection.ts';
import { connectionAttribute, connectionsFrom } from './items.ts';
import { connectionsKey } from './keys.ts';
import type { Item, Table } from './table.ts';

/** In the connections item, each connection's own map. Neither write changes whether its user is there: they announce nothing. */
export const joinedStore = (table: Table): JoinedStore => ({
  async join(place, conversationId) {
    const outcome = await table.update({
      key: connectionsKey(place.userId),
      update: 'SET #connection.joined.#conversation = :true REMOVE emit',
      condition: 'size(#connection.joined) < :most OR attribute_exists(#connection.joined.#conversation)',
      names: namesOf(place, conversationId),
      values: { ':true': true, ':most': limits.joinedConversations },
    });
    return outcome.isDone ? joiningIn(outcome.item, place) : refusedIn(outcome.item, place);
  },

  async leave(place, conversationId) {
    await table.update({
      key: connectionsKey(place.userId),
      update: 'REMOVE #connection.joined.#conversation, emit',
      condition: 'attribute_exists(#connection.joined.#conversation)',
      names: namesOf(place, conversationId),
    });
  },
});

const namesOf = ({ connectionId }: ConnectionPlace, conversationId: string) => ({
  '#connection': connectionAttribute(connectionId),
  '#conversation': conversationId,
});

const connectionIn = (item: Item, { connectionId }: ConnectionPlace) =>
  connectionsFrom(item).find((connection) => connection.connectionId === connectionId);

function joiningIn(item: Item, place: ConnectionPlace): Joining {
  const connection = connectionIn(item, place);
  return connection ? { outcome: 'joined', connection } : { outcome: 'over' };
}

const refusedIn = (item: Item | undefined, place: ConnectionPlace): Joining =>
  item && connectionIn(item, place) ? { outcome: 'full' } : { outcome: 'over' };
