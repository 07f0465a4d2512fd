/**
 * No answer before the work is done. By itself middy answers a moment before an invocation's time is over, and then Lambda does not
 * end the function: the work sleeps, and goes on with the next invocation. Sending exactly once rests on a try that is older than its
 * function's timeout being dead (domain/send-lease.ts). So Lambda ends it, and API Gateway says that it did.
 */
export const untilKilled = { timeoutEarlyInMillis: 0 };
