import type { Clock } from './types.ts';

interface Sleeper {
  wakeAt: number;
  timer: NodeJS.Timeout;
  wake(): void;
}

/** Real time plus an offset that only grows: whoever sleeps past the new time wakes at once. */
export function createClock(): Clock & { advance(ms: number): void } {
  let offset = 0;
  const sleepers = new Set<Sleeper>();
  const now = () => Date.now() + offset;

  function advance(ms: number): void {
    offset += ms;
    for (const sleeper of sleepers) {
      clearTimeout(sleeper.timer);
      sleeper.timer = timer(sleeper.wake, sleeper.wakeAt - now());
    }
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => {
      clearTimeout(sleeper.timer);
      sleepers.delete(sleeper);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const sleeper: Sleeper = { wakeAt: now() + ms, timer: timer(() => wake(), ms), wake };
    sleepers.add(sleeper);
    if (signal?.aborted) wake();
    else signal?.addEventListener('abort', wake);
    return promise;
  }

  return { now, sleep, advance };
}

/** A sleeper alone does not keep the host alive. */
function timer(wake: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(wake, Math.max(0, ms)).unref();
}
