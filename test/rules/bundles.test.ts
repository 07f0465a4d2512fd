import { beforeAll, describe, expect, it } from 'vitest';
import { bundle, bundleSizes, entries } from '../../lib/bundling.ts';

const kibibytes = (count: number) => count * 1024;

/** Bytes are exact, so that they may fail a test; every one of them is read and compiled at each cold start. */
const budgets: { what: string; entry: RegExp; most: number }[] = [
  { what: 'an authorizer', entry: /\/authorize-/, most: kibibytes(60) },
  { what: 'a function without the AWS SDK', entry: /\/refuse-/, most: kibibytes(60) },
  { what: 'a function with the AWS SDK', entry: /./, most: kibibytes(300) },
];

describe('bundles', () => {
  beforeAll(() => bundle(...entries()));

  it.each(entries())('%s is within its budget', (entry) => {
    const budget = budgets.find((candidate) => candidate.entry.test(entry));
    expect(bundleSizes()[entry]).toBeLessThanOrEqual(budget?.most ?? 0);
  });
});
