import type { Connection } from '../domain/connection.ts';
import type { WatcherStore } from './room-ports.ts';

/** What is gone looks at nothing any more: one write for each conversation that each had joined. */
export async function stopWatching(
  watchers: Pick<WatcherStore, 'remove'>,
  connections: Pick<Connection, 'connectionId' | 'joined'>[],
): Promise<void> {
  const watched = connections.flatMap(({ connectionId, joined }) => joined.map((id) => ({ id, connectionId })));
  await Promise.all(watched.map(({ id, connectionId }) => watchers.remove(id, connectionId)));
}
