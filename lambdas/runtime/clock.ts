import { setTimeout } from 'node:timers/promises';

export const systemClock = {
  now: () => Date.now(),
  sleep: (ms: number): Promise<void> => setTimeout(ms),
};
