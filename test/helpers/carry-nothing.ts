import type { CarryFiles } from '../../lambdas/app/carry-files.ts';

/** For sends of words alone. */
export const carryNothing: CarryFiles = async ({ attachments = [] }) => {
  if (attachments.length > 0) throw new Error('nothing was uploaded here');
  return { files: [] };
};
