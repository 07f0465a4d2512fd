import type { Key } from './keys.ts';
import type { Table } from './table.ts';

/** Takes these keys out of the memory of recent sends that an item holds. */
export async function forgetSends(table: Table, key: Key, sends: string[]): Promise<void> {
  if (sends.length === 0) return;
  await table.update({ key, ...removalOf(sends) });
}

/** The same as a part of another update: what to remove, and the names in it. */
export const pathsOf = (sends: string[]): string[] => sends.map((_, n) => `recentSends.#old${n}`);
export const namesOf = (sends: string[]): Record<string, string> =>
  Object.fromEntries(sends.map((send, n) => [`#old${n}`, send]));

const removalOf = (sends: string[]) => ({ update: `REMOVE ${pathsOf(sends).join(', ')}`, names: namesOf(sends) });
