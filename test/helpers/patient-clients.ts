import { vi } from 'vitest';
import type { clientDefaults } from '../../lambdas/runtime/aws.ts';

type Defaults = typeof clientDefaults;

/**
 * A function has its process, and its clients' time limits, to itself. Here one process is a hundred functions at a time, on a
 * machine that may be busy: what a limit would cut off there and try twice has been answered, and only not been read yet.
 */
vi.mock('../../lambdas/runtime/aws.ts', async (original) => {
  const { clientDefaults: strict } = await original<{ clientDefaults: Defaults }>();
  const patient: Defaults = (limits) => {
    const { requestHandler, ...defaults } = strict(limits);
    return { ...defaults, requestHandler: { ...requestHandler, connectionTimeout: 0, requestTimeout: 0 } };
  };
  return { clientDefaults: patient };
});
