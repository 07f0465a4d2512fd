import { afterEach, beforeEach, vi } from 'vitest';
import { captureOutput } from './events.ts';

/** In each test of the file, time stands still until the test moves it. Gives what the test has written so far, in place of showing it. */
export function freezeTime(): ReturnType<typeof captureOutput> {
  let output: ReturnType<typeof captureOutput>;
  beforeEach(() => {
    output = captureOutput();
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  return { text: () => output.text(), lines: () => output.lines() };
}
