/** What they all come to, once every one of them has come to its end: the first that failed fails them together, and stops none. */
export async function allTried<Result>(tries: Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(tries);
  return Promise.all(tries);
}
