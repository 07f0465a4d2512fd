import { SyncSchema } from '../../contract/sync.ts';
import { responseRoom, sync } from '../app/sync.ts';
import { openTable } from '../data/client.ts';
import { syncStores } from '../data/sync-stores.ts';
import { tableIdentity } from '../data/table-identity.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const stores = syncStores(table, tableIdentity(TABLE_NAME));
const catchUp = sync({ ...stores, clock }, responseRoom);

const postSync = route({ operation: 'sync', body: SyncSchema, cost: costs.heavy }, async (principal, { body }) => ({
  status: 200,
  body: await catchUp(principal, body),
}));

export const handler = httpHandler({ 'POST /v1/sync': postSync }, edgeRules(table));
