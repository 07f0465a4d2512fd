/** What one invocation did, for its log line. A Lambda environment runs one invocation at a time, so that one tally is enough. */
const counts = { tableCalls: 0, posts: 0, events: 0 };

export const tally = {
  add(what: keyof typeof counts, many = 1): void {
    counts[what] += many;
  },
  /** The counts since the last call, and a fresh start. */
  take(): typeof counts {
    const taken = { ...counts };
    Object.assign(counts, { tableCalls: 0, posts: 0, events: 0 });
    return taken;
  },
};
