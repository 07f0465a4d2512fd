import { compilePattern, type Matcher } from '../pattern.ts';
import type { Deployment, Json, Resource } from '../types.ts';
import { refuseUndeployable } from './mapping-limits.ts';

/** An AWS::Lambda::EventSourceMapping, with Lambda's own defaults. */
export interface MappingSettings {
  id: string;
  sourceArn: string;
  /** The function's logical id. */
  functionId: string;
  functionArn: string;
  batchSize: number;
  windowMs: number;
  reportsFailures: boolean;
  filter: Matcher;
  bisects: boolean;
  /** Lambda's own default is to try for ever. */
  maxRetries: number;
  maxAgeMs: number;
  lanes: number;
  startsAtEnd: boolean;
  maxConcurrency: number;
  /** The ARN of the queue that learns of records given up. */
  onFailure?: string;
}

const DEFAULT_BATCH = { stream: 100, queue: 10 };
/**
 * As many pollers as Lambda starts with for a queue. Of a FIFO queue it takes all groups at once; here, as many as have
 * a use on one machine.
 */
const DEFAULT_CONCURRENCY = { queue: 5, fifo: 10 };

export function mappingsOf(deployment: Deployment): MappingSettings[] {
  return deployment
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => properties.Enabled !== false)
    .map((mapping) => settingsOf(mapping, deployment));
}

function settingsOf({ logicalId, properties }: Resource, deployment: Deployment): MappingSettings {
  const sourceArn = String(properties.EventSourceArn);
  const fn = functionOf(String(properties.FunctionName), deployment);
  const onFailure = at(properties, 'DestinationConfig', 'OnFailure', 'Destination');
  const concurrency = DEFAULT_CONCURRENCY[sourceArn.endsWith('.fifo') ? 'fifo' : 'queue'];
  const batching = {
    sourceArn,
    batchSize: Number(properties.BatchSize ?? (isStream(sourceArn) ? DEFAULT_BATCH.stream : DEFAULT_BATCH.queue)),
    windowMs: 1000 * Number(properties.MaximumBatchingWindowInSeconds ?? 0),
  };
  if (!isStream(sourceArn)) refuseUndeployable(batching, fn.properties, deployment);
  return {
    ...batching,
    id: logicalId,
    functionId: fn.logicalId,
    functionArn: fn.arn ?? '',
    reportsFailures: listOf(properties.FunctionResponseTypes).includes('ReportBatchItemFailures'),
    filter: filterOf(listOf(at(properties, 'FilterCriteria', 'Filters'))),
    bisects: properties.BisectBatchOnFunctionError === true,
    maxRetries: orUnlimited(properties.MaximumRetryAttempts),
    maxAgeMs: 1000 * orUnlimited(properties.MaximumRecordAgeInSeconds),
    lanes: Number(properties.ParallelizationFactor ?? 1),
    startsAtEnd: properties.StartingPosition === 'LATEST',
    maxConcurrency: Number(at(properties, 'ScalingConfig', 'MaximumConcurrency') ?? concurrency),
    ...(typeof onFailure === 'string' && { onFailure }),
  };
}

export function isStream(sourceArn: string): boolean {
  return sourceArn.startsWith('arn:aws:dynamodb:');
}

function functionOf(nameOrArn: string, deployment: Deployment): Resource {
  const found = deployment
    .ofType('AWS::Lambda::Function')
    .find((candidate) => candidate.ref === nameOrArn || candidate.arn === nameOrArn);
  if (found) return found;
  throw new Error(`an event source mapping names the function ${nameOrArn}, which the template does not have`);
}

/** One of the filters is enough; without any, everything passes. */
function filterOf(filters: Json[]): Matcher {
  const matchers = filters.map((filter) => compilePattern(JSON.parse(String(at(filter, 'Pattern')))));
  return (value) => matchers.length === 0 || matchers.some((matches) => matches(value));
}

function orUnlimited(limit: Json | undefined): number {
  return typeof limit === 'number' && limit >= 0 ? limit : Number.POSITIVE_INFINITY;
}

function at(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => {
    return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner[key] : undefined;
  }, value);
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
