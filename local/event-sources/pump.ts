import type { Clock } from '../types.ts';

export interface Pump {
  /** There may be work: another round follows at once. */
  ring(): void;
  /** Resolves when the round that is running, if any, has ended. */
  stop(): Promise<void>;
}

/** Runs rounds of work one after another: when rung, and else after what `idleMs` says, lest a bell was missed. */
export function startPump(clock: Clock, round: () => Promise<void>, idleMs: () => number): Pump {
  let bell = new AbortController();
  let stopped = false;
  const ended = (async () => {
    while (!stopped) {
      bell = new AbortController();
      // A round that failed is repeated like one that found nothing: the database may be away for a moment.
      await round().catch(() => {});
      if (!stopped) await clock.sleep(idleMs(), bell.signal);
    }
  })();
  return {
    ring: () => bell.abort(),
    stop() {
      stopped = true;
      bell.abort();
      return ended;
    },
  };
}
