import { hangUp } from '../app/hang-up.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { disconnectHandler } from '../edge/connection-handlers.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);

export const handler = disconnectHandler(
  hangUp({ connections: connectionStore(table), watchers: watcherStore(table), clock }),
);
