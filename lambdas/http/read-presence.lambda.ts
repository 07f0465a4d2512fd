import { AskPresenceSchema } from '../../contract/live.ts';
import { readPresence } from '../app/read-presence.ts';
import { audienceStore } from '../data/audience-store.ts';
import { openTable } from '../data/client.ts';
import { presenceStore } from '../data/presence-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest } from '../runtime/randomness.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const read = readPresence({ presences: presenceStore(table), audience: audienceStore(table), clock, digest });

const getPresence = route(
  { operation: 'read the presence', query: AskPresenceSchema, cost: costs.heavy },
  async ({ userId }, { query }) => ({ status: 200, body: await read(userId, query.userIds) }),
);

export const handler = httpHandler({ 'GET /v1/presence': getPresence }, edgeRules(table));
