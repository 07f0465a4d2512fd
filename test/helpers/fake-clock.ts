import type { Clock } from '../../lambdas/app/ports.ts';

/** A clock that stands still until somebody sleeps: then it is later at once. */
export function fakeClock(startMs = Date.UTC(2026, 0, 1)): Clock & { advance(ms: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    async sleep(ms) {
      nowMs += ms;
    },
  };
}
