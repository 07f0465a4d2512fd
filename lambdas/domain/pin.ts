/** A pinned message. */
export interface Pin {
  seq: number;
  atMs: number;
}

export const newestFirst = (pins: Pin[]): Pin[] => pins.toSorted((one, other) => other.atMs - one.atMs);
