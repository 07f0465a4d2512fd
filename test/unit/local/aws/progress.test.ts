import { describe, expect, test } from 'vitest';
import { trackProgress } from '../../../../local/event-sources/progress.ts';

describe('the progress of a stream', () => {
  const cases: [sentence: string, done: string[][], saved: string[]][] = [
    ['in order', [['1'], ['2'], ['3']], ['1', '2', '3']],
    ['several at once', [['1', '2', '3']], ['3']],
    ['waits for a hole', [['2'], ['3'], ['1']], ['3']],
    ['stops before a hole', [['1'], ['3']], ['1']],
  ];
  test.each(cases)('%s', (_, done, saved) => {
    const positions: string[] = [];
    const progress = trackProgress((position) => positions.push(position));
    progress.started(['1', '2']);
    progress.started(['3']);
    for (const batch of done) progress.done(batch);
    expect(positions).toEqual(saved);
  });

  test('counts what is not finished', () => {
    const progress = trackProgress(() => {});
    progress.started(['1', '2', '3']);
    progress.done(['1']);
    expect(progress.unfinished()).toBe(2);
  });
});
