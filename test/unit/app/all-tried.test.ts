import { describe, expect, test } from 'vitest';
import { allTried } from '../../../lambdas/app/all-tried.ts';

describe('all tried', () => {
  test('gives what they come to, in their order, and never does more at once than it may', async () => {
    let [running, most] = [0, 0];
    const act = async (n: number) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return n * 10;
    };
    expect(await allTried([1, 2, 3, 4, 5], act, 2)).toEqual([10, 20, 30, 40, 50]);
    expect(most).toBe(2);
  });

  test('fails with the first that failed, once all have come to their end', async () => {
    const ended: number[] = [];
    const act = async (n: number) => {
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(n);
      if (n < 3) throw new Error(`number ${n}`);
    };
    await expect(allTried([1, 2, 3, 4], act, 3)).rejects.toThrow('number 1');
    expect(ended).toEqual([1, 2, 3, 4]);
  });

  test('of none are none', async () => {
    expect(await allTried([], async () => 1)).toEqual([]);
  });
});
