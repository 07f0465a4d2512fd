import { renewals } from '../app/renewals.ts';
import { sayGoodbye } from '../app/say-goodbye.ts';
import { connectionStore } from '../data/connection-store.ts';
import type { Table } from '../data/table.ts';
import type { FrameRules } from '../edge/rules.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { edgeRules } from './edge-rules.ts';

/** The rules of every function that frames lead to: those of requests, and what becomes of a connection whose token is over. */
export function frameRules(table: Table): FrameRules {
  const { CALLBACK_URL } = environment('CALLBACK_URL');
  return {
    ...edgeRules(table),
    renewals: renewals({ connections: connectionStore(table), clock }),
    sayGoodbye: sayGoodbye(sockets(CALLBACK_URL)),
  };
}
