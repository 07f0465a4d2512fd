import { refuse } from '../domain/chat-error.ts';
import type { Clock } from './ports.ts';

/** Many may join one channel at once, each of them by one write to its head. */
const mostTries = 12;
const firstWaitMs = 15;

/**
 * Reads, decides and writes again while what was read is outdated when it is written. UNAVAILABLE where that does not end: nothing
 * was done then, or a part of it that a repeat completes.
 */
export async function untilDecided<Result>(
  { clock, operation }: { clock: Pick<Clock, 'sleep'>; operation: string },
  attempt: () => Promise<Result | 'outdated'>,
): Promise<Result> {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const result = await attempt();
    if (result !== 'outdated') return result;
    await clock.sleep(firstWaitMs * tries);
  }
  return refuse('UNAVAILABLE', operation, 'too much else is going on in the conversation');
}
