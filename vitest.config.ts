import { defineConfig } from 'vitest/config';

const suite = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: 60_000 },
});

/** One project per layer, so that `npx vitest run --project unit` runs just that layer. */
export default defineConfig({
  test: {
    projects: [
      suite('unit', 5_000),
      suite('rules', 30_000),
      suite('infra', 60_000),
      suite('integration', 30_000),
      suite('e2e', 60_000),
    ],
  },
});
