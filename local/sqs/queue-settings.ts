import type { Deployment, Json, JsonObject, Resource } from '../types.ts';

export interface QueueSettings {
  arn: string;
  url: string;
  delayMs: number;
  visibilityMs: number;
  retentionMs: number;
  /** Where a message goes that was received this often and never deleted. */
  redrive?: { arn: string; maxReceiveCount: number };
  /** Only of a FIFO queue. */
  fifo?: FifoSettings;
}

export interface FifoSettings {
  /** A message without a deduplication id has its content's digest for one. */
  byContent: boolean;
  /** Equal deduplication ids are one message only within a group. */
  perGroup: boolean;
}

const DAY_SECONDS = 24 * 60 * 60;

/** The template's queues by ARN, with AWS's own defaults. What AWS would not deploy stops the start. */
export function queuesOf(deployment: Deployment): Map<string, QueueSettings> {
  const resources = deployment.ofType('AWS::SQS::Queue');
  const queues = new Map(resources.map((queue) => [queue.arn ?? '', settingsOf(queue)]));
  for (const queue of queues.values()) refuseRedrive(queue, resources, queues);
  return queues;
}

function settingsOf({ arn, ref, properties }: Resource): QueueSettings {
  const redrive = redriveOf(properties.RedrivePolicy);
  return {
    arn: arn ?? '',
    url: ref,
    delayMs: 1000 * Number(properties.DelaySeconds ?? 0),
    visibilityMs: 1000 * Number(properties.VisibilityTimeout ?? 30),
    retentionMs: 1000 * Number(properties.MessageRetentionPeriod ?? 4 * DAY_SECONDS),
    ...(redrive && { redrive }),
    ...(properties.FifoQueue === true && { fifo: fifoOf(properties) }),
  };
}

function redriveOf(policy: Json | undefined): QueueSettings['redrive'] {
  if (!isObject(policy)) return undefined;
  return { arn: String(policy.deadLetterTargetArn), maxReceiveCount: Number(policy.maxReceiveCount) };
}

/** `FifoThroughputLimit` says only how fast AWS is: it needs no settings here. */
function fifoOf(properties: JsonObject): FifoSettings {
  return {
    byContent: properties.ContentBasedDeduplication === true,
    perGroup: properties.DeduplicationScope === 'messageGroup',
  };
}

function refuseRedrive(
  { arn, redrive, fifo }: QueueSettings,
  resources: Resource[],
  queues: Map<string, QueueSettings>,
) {
  const target = redrive && queues.get(redrive.arn);
  if (!target) return;
  if (Boolean(target.fifo) !== Boolean(fifo)) {
    throw new Error(`the dead letters of ${arn} need a queue of its own kind: both FIFO, or neither`);
  }
  const policy = resources.find((queue) => queue.arn === target.arn)?.properties.RedriveAllowPolicy;
  if (!allowsRedrive(policy, arn)) throw new Error(`the RedriveAllowPolicy of ${target.arn} does not allow ${arn}`);
}

function allowsRedrive(policy: Json | undefined, source: string): boolean {
  if (!isObject(policy) || policy.redrivePermission === 'allowAll') return true;
  const sources = policy.redrivePermission === 'byQueue' ? policy.sourceQueueArns : [];
  return Array.isArray(sources) && sources.includes(source);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
