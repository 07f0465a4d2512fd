import type { Clock } from './types.ts';

interface Sleeper {
  wakeAt: number;
  timer: NodeJS.Timeout;
  wake(): void;
}

/** Real time, and how far a test has moved it. A restart brings back the machine's time. */
export interface HostClock extends Clock {
  advance(ms: number): void;
  /** One 64-bit integer, the milliseconds by which this clock is ahead of the machine's: the functions' threads read it. */
  ahead: SharedArrayBuffer;
}

/** Its time only grows: whoever sleeps past the new time wakes at once. */
export function createClock(): HostClock {
  const ahead = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  const sleepers = new Set<Sleeper>();
  const now = () => Date.now() + Number(Atomics.load(ahead, 0));

  function advance(ms: number): void {
    Atomics.add(ahead, 0, BigInt(ms));
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

  return { now, sleep, advance, ahead: ahead.buffer };
}

/** A sleeper alone does not keep the host alive. */
function timer(wake: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(wake, Math.max(0, ms)).unref();
}
