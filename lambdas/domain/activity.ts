/** A bucket of one hour: fine enough for a list's rough order, coarse enough that a member moves in the index once an hour at most. */
const bucketMs = 3_600_000;

/** Where an activity stands in the rough order of a user's conversations. */
export const activityBucketOf = (atMs: number): number => Math.floor(atMs / bucketMs);

/** Whether an activity puts its conversation further up in its members' lists. */
export const movesActivity = (previousAtMs: number | undefined, atMs: number): boolean =>
  previousAtMs !== undefined && activityBucketOf(previousAtMs) < activityBucketOf(atMs);
