/** Acts on all of them, so many at once, and comes to the end of each: the first that failed fails them together, and stops none. */
export async function allTried<Element, Result>(
  elements: Element[],
  act: (element: Element) => Promise<Result>,
  atOnce = elements.length,
): Promise<Result[]> {
  const tries: Promise<Result>[] = [];
  const left = elements.values();
  const worker = async () => {
    for (const element of left) {
      const attempt = act(element);
      tries.push(attempt);
      await Promise.allSettled([attempt]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, elements.length) }, worker));
  return Promise.all(tries);
}
