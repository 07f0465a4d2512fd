/**
 * Into how many slices members are cut so that each has about `most` of them, or fewer. A power of two: when a conversation grows,
 * members stay in their slice until their number has doubled.
 */
export const sliceCount = (members: number, most: number): number =>
  2 ** Math.ceil(Math.log2(Math.max(1, members / most)));

/** The slices that have anybody, with their place among all: a member's place is its own hash's, whoever else there is. */
export function cutInSlices(userIds: readonly string[], count: number): Map<number, string[]> {
  return Map.groupBy(userIds, (userId) => hashOf(userId) & (count - 1));
}

/** FNV-1a of 32 bits: fast, and even enough that of slices of 1,000 none is a third larger. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** In order, as few chunks as fit: each of one element at least, and of no more than `most` together. */
export function chunksBySize<Element>(
  elements: readonly Element[],
  sizeOf: (element: Element) => number,
  most: number,
): Element[][] {
  const chunks: Element[][] = [];
  let room = 0;
  for (const element of elements) {
    const size = sizeOf(element);
    if (chunks.length === 0 || size > room) {
      chunks.push([]);
      room = most;
    }
    chunks.at(-1)?.push(element);
    room -= size;
  }
  return chunks;
}
