import { createHash, randomBytes } from 'node:crypto';

export const systemRandomness = {
  fraction: () => Math.random(),
  id: () => randomBytes(16).toString('base64url'),
};

/** SHA-256, of which 132 bits are kept: enough that no two texts ever meet. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
