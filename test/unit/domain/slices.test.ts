import { describe, expect, it } from 'vitest';
import { chunksBySize, cutInSlices, sliceCount } from '../../../lambdas/domain/slices.ts';

const usersOf = (count: number) => Array.from({ length: count }, (_, n) => `user-${n.toString(36)}`);

/** In which slice each user is. */
const placesOf = (userIds: string[], count: number) =>
  new Map([...cutInSlices(userIds, count)].flatMap(([place, ids]) => ids.map((userId) => [userId, place] as const)));

describe('a large conversation', () => {
  it.each([
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [2_000, 2],
    [2_001, 4],
    [10_000, 16],
    [100_000, 128],
  ])('of %i members has %i slices', (members, slices) => {
    expect(sliceCount(members, 1_000)).toBe(slices);
  });

  it('has each member in one slice, and slices of about the same size', () => {
    const userIds = usersOf(10_000);
    const slices = [...cutInSlices(userIds, 16).values()];
    expect(slices.flat().toSorted()).toEqual(userIds.toSorted());
    expect(Math.max(...slices.map(({ length }) => length))).toBeLessThan((10_000 / 16) * 1.33);
    expect(Math.min(...slices.map(({ length }) => length))).toBeGreaterThan((10_000 / 16) * 0.67);
  });

  it('keeps a member in a slice whoever comes and goes, and halves each slice when it doubles', () => {
    const userIds = usersOf(2_000);
    const few = placesOf(userIds.slice(500), 8);
    const many = placesOf(userIds, 8);
    const doubled = placesOf(userIds, 16);
    for (const [userId, place] of few) expect(many.get(userId)).toBe(place);
    for (const [userId, place] of many) expect([place, place + 8]).toContain(doubled.get(userId));
  });

  it('keeps the order of its members in each slice', () => {
    const userIds = usersOf(100);
    for (const ids of cutInSlices(userIds, 4).values()) expect(ids).toEqual(userIds.filter((id) => ids.includes(id)));
  });
});

describe('chunks by size', () => {
  it.each([
    ['of nothing are none', [], []],
    ['hold as much as fits, in order', [4, 6, 1, 9, 1], [[4, 6], [1, 9], [1]]],
    ['hold what is too large alone', [3, 25, 3, 3], [[3], [25], [3, 3]]],
  ])('%s', (_, sizes, chunks) => {
    expect(chunksBySize(sizes, (size) => size, 10)).toEqual(chunks);
  });
});
