import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { disconnectHandler } from '../edge/connection-handlers.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const connections = connectionStore(openTable(TABLE_NAME));

export const handler = disconnectHandler(async (connection) => {
  await connections.close(connection, clock.now());
});
