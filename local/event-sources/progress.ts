/** How far a stream has been read: everything up to a position is done, whatever the order in which it was done. */
export interface Progress {
  /** Records in the order of the stream. */
  started(positions: string[]): void;
  done(positions: string[]): void;
  unfinished(): number;
}

/** `save` is called with the new position up to which everything is done. */
export function trackProgress(save: (position: string) => void): Progress {
  const waiting: string[] = [];
  const finished = new Set<string>();

  function done(positions: string[]): void {
    for (const position of positions) finished.add(position);
    let settled = 0;
    while (settled < waiting.length && finished.delete(waiting[settled] ?? '')) settled += 1;
    const last = waiting.splice(0, settled).at(-1);
    if (last !== undefined) save(last);
  }

  return {
    started: (positions) => void waiting.push(...positions),
    done,
    unfinished: () => waiting.length,
  };
}
