import { SyncSchema } from '../../contract/sync.ts';
import { frameRoom, sync } from '../app/sync.ts';
import { openTable } from '../data/client.ts';
import { syncStores } from '../data/sync-stores.ts';
import { tableIdentity } from '../data/table-identity.ts';
import { action, frameHandler } from '../edge/frame-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { frameRules } from '../wiring/frame-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const stores = syncStores(table, tableIdentity(TABLE_NAME));
const catchUp = sync({ ...stores, clock }, frameRoom);

export const handler = frameHandler({ sync: action(SyncSchema, catchUp, costs.heavy) }, frameRules(table));
