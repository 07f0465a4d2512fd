import { defineConfig } from 'vitest/config';

/** A hook may start a host, whose first start bundles every function: seconds, and minutes on a machine that does much else. */
const suite = (name: string, testTimeout: number, setupFiles: string[] = []) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: 300_000, setupFiles },
});

/** CI counts the tests from a report; a person reads the console alone. */
const report = process.env.PARLEY_TEST_REPORT;

/** One project per layer, so that `npx vitest run --project unit` runs just that layer. */
export default defineConfig({
  test: {
    // The end-to-end tests mostly wait: a third worker has something to do on two cores.
    maxWorkers: 3,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      suite('unit', 10_000),
      suite('rules', 30_000),
      suite('infra', 60_000),
      suite('integration', 60_000, ['test/helpers/patient-clients.ts']),
      suite('e2e', 60_000),
    ],
  },
});
