import { SetPresenceSchema } from '../../contract/live.ts';
import { setPresence } from '../app/set-presence.ts';
import { openTable } from '../data/client.ts';
import { presenceStore } from '../data/presence-store.ts';
import { action, frameHandler } from '../edge/frame-handler.ts';
import { costs } from '../edge/rules.ts';
import { environment } from '../runtime/environment.ts';
import { frameRules } from '../wiring/frame-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const set = setPresence({ presences: presenceStore(table) });

/** Each may be told to hundreds. */
const presenceSet = action(
  SetPresenceSchema,
  async ({ userId }, { status }, connectionId) => {
    await set({ userId, connectionId }, status);
    return {};
  },
  costs.heavy,
);

export const handler = frameHandler({ 'presence.set': presenceSet }, frameRules(table));
