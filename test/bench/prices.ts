/**
 * List prices in us-east-1 as of 2026-11, in US dollars: aws.amazon.com/{api-gateway,dynamodb,lambda,sqs,sns,eventbridge}/pricing. Left
 * out: texts, whose price depends on the country, connection minutes (0.25 a million), data out, logs, storage.
 */
export const prices = {
  perMillion: {
    /** In units of 32 KB, both ways, replies included. */
    webSocketMessages: 1,
    httpRequests: 1,
    /** On demand, 1 KB each. */
    writeUnits: 0.625,
    /** On demand, 4 KB each. */
    readUnits: 0.125,
    lambdaRequests: 0.2,
    sqsRequests: 0.4,
    sqsFifoRequests: 0.5,
    pushes: 0.5,
    /** In units of 64 KB. */
    events: 1,
    /** After the first 14 million of a month. */
    scheduledInvocations: 1,
  },
  /** Lambda on arm64. */
  gigabyteSecond: 0.0000133334,
} as const;
