import { sendMessage } from '../app/send-message.ts';
import { sendScheduled } from '../app/send-scheduled.ts';
import { banStore } from '../data/ban-store.ts';
import { openTable } from '../data/client.ts';
import { scheduledStore } from '../data/scheduled-store.ts';
import { sendStores } from '../data/send-stores.ts';
import { scheduleHandler } from '../edge/schedule-handler.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest, systemRandomness as randomness } from '../runtime/randomness.ts';
import { uploads } from '../wiring/uploads.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const sending = { ...sendStores(table), carry: uploads(table), clock, randomness, digest };

export const handler = scheduleHandler(
  'scheduled.send',
  sendScheduled({
    ...sending,
    scheduled: scheduledStore(table),
    bans: banStore(table),
    send: sendMessage(sending),
  }),
);
