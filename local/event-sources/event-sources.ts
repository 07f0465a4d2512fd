import type { Database } from '../dynamodb/database.ts';
import type { Meter } from '../meter.ts';
import type { Queues } from '../sqs/queues.ts';
import type { Store } from '../store.ts';
import type { Clock, Deployment, Invoke } from '../types.ts';
import { createCheckpoints } from './checkpoints.ts';
import { isStream, mappingsOf } from './mapping-settings.ts';
import type { Pump } from './pump.ts';
import { startQueueMapping } from './queue-mapping.ts';
import { startStreamMapping } from './stream-mapping.ts';

interface Parts {
  deployment: Deployment;
  database: Database;
  queues: Queues;
  store: Store;
  invoke: Invoke;
  meter: Meter;
  clock: Clock;
}

export interface EventSources {
  /** Looks at the streams at once. */
  notifyWrite(): void;
  /** Resolves when the invocations that are running have ended. */
  close(): Promise<void>;
}

/** Starts every event source mapping of the template. */
export async function startEventSources(given: Parts): Promise<EventSources> {
  const parts = { ...given, invoke: neverRejecting(given.invoke) };
  const checkpoints = createCheckpoints(parts.store);
  const streams: Pump[] = [];
  const queues: Pump[] = [];
  for (const mapping of mappingsOf(parts.deployment)) {
    if (mapping.onFailure !== undefined) parts.queues.settings(mapping.onFailure);
    if (isStream(mapping.sourceArn)) streams.push(await startStreamMapping(mapping, { ...parts, checkpoints }));
    else queues.push(startQueueMapping(mapping, parts));
  }
  return {
    notifyWrite() {
      for (const stream of streams) stream.ring();
    },
    async close() {
      await Promise.all([...streams, ...queues].map((source) => source.stop()));
    },
  };
}

/** A function that could not be invoked has failed: what it was to handle is delivered again. */
function neverRejecting(invoke: Invoke): Invoke {
  return (functionId, event) =>
    invoke(functionId, event).catch((error: unknown) => {
      return { ok: false, error: { errorType: 'Runtime.InvocationFailed', errorMessage: String(error) } };
    });
}
