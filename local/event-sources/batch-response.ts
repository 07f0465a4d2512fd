import type { InvocationOutcome, Json } from '../types.ts';

/** Which records of a batch the function did not finish: none, all, or those with these identifiers. */
export type Failures = 'none' | 'all' | Set<string>;

/**
 * Reads a function's answer as Lambda does with ReportBatchItemFailures: an empty or missing list means that all is done;
 * one identifier that is empty, missing or none of the batch's fails the whole batch
 * (docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html).
 */
export function failuresIn(outcome: InvocationOutcome, identifiers: string[], reportsFailures: boolean): Failures {
  if (!outcome.ok) return 'all';
  if (!reportsFailures) return 'none';
  const reported = fieldOf(outcome.payload, 'batchItemFailures') ?? [];
  if (!Array.isArray(reported)) return 'all';
  if (reported.length === 0) return 'none';
  const failed = reported.map((entry) => fieldOf(entry, 'itemIdentifier'));
  const known = failed.filter((it) => typeof it === 'string' && identifiers.includes(it));
  return known.length === failed.length ? new Set(known.map(String)) : 'all';
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value[name] ?? undefined;
}
