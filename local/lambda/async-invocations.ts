import { type Pump, startPump } from '../event-sources/pump.ts';
import type { Queues } from '../sqs/queues.ts';
import type { Store } from '../store.ts';
import type { Clock, Deployment, Invoke, Json } from '../types.ts';

interface Parts {
  deployment: Deployment;
  store: Store;
  queues: Queues;
  invoke: Invoke;
  clock: Clock;
}

/** Events that wait for a function whose caller does not wait for it; they survive a restart. */
export interface AsyncInvocations {
  add(functionId: string, event: Json): void;
  /** Resolves when those that are running have ended. */
  stop(): Promise<void>;
}

interface Row {
  position: number;
  functionId: string;
  event: string;
  tries: number;
}

const IDLE_MS = 1000;

/** Lambda tries twice more, after a minute and after two: docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRY_MS = [60_000, 120_000];

/** What Lambda does with asynchronous invocations: what fails three times goes to the function's dead-letter queue, or is lost. */
export function startAsyncInvocations({ deployment, store, queues, invoke, clock }: Parts): AsyncInvocations {
  const insert = store.prepare('INSERT INTO invocations (function_id, event, due_at) VALUES (?, ?, ?)');
  const due = store.prepare(
    'SELECT position, function_id AS functionId, event, tries FROM invocations WHERE due_at <= ? ORDER BY position',
  );
  const postpone = store.prepare('UPDATE invocations SET tries = tries + 1, due_at = ? WHERE position = ?');
  const remove = store.prepare('DELETE FROM invocations WHERE position = ?');
  const next = store.prepare('SELECT min(due_at) AS at FROM invocations');

  const running = new Map<number, Promise<void>>();

  async function run({ position, functionId, event, tries }: Row): Promise<void> {
    const outcome = await invoke(functionId, JSON.parse(event)).catch(() => ({ ok: false }));
    const retryMs = RETRY_MS[tries];
    if (!outcome.ok && retryMs !== undefined) {
      postpone.run(clock.now() + retryMs, position);
      return;
    }
    const deadLetters = deadLetterQueueOf(deployment, functionId);
    if (!outcome.ok && deadLetters) queues.send(deadLetters, { body: event });
    remove.run(position);
  }

  async function round(): Promise<void> {
    for (const row of due.all(clock.now()).map(rowOf)) {
      if (running.has(row.position)) continue;
      running.set(
        row.position,
        run(row).finally(() => running.delete(row.position)),
      );
    }
  }

  function idleMs(): number {
    const { at } = next.get() as { at: number | null };
    return at === null || running.size > 0 ? IDLE_MS : Math.min(IDLE_MS, Math.max(1, at - clock.now()));
  }

  const pump: Pump = startPump(clock, round, idleMs);
  return {
    add(functionId, event) {
      insert.run(functionId, JSON.stringify(event), clock.now());
      pump.ring();
    },
    async stop() {
      await pump.stop();
      await Promise.all(running.values());
    },
  };
}

const rowOf = ({ position, functionId, event, tries }: Record<string, unknown>): Row => ({
  position: Number(position),
  functionId: String(functionId),
  event: String(event),
  tries: Number(tries),
});

function deadLetterQueueOf(deployment: Deployment, functionId: string): string | undefined {
  const config = deployment.resources.get(functionId)?.properties.DeadLetterConfig;
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return undefined;
  return typeof config.TargetArn === 'string' ? config.TargetArn : undefined;
}
