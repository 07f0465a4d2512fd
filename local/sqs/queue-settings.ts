import type { Deployment, Json, Resource } from '../types.ts';

export interface QueueSettings {
  arn: string;
  url: string;
  delayMs: number;
  visibilityMs: number;
  retentionMs: number;
  /** Where a message goes that was received this often and never deleted. */
  redrive?: { arn: string; maxReceiveCount: number };
}

const DAY_SECONDS = 24 * 60 * 60;

/** The template's queues by ARN, with AWS's own defaults. */
export function queuesOf(deployment: Deployment): Map<string, QueueSettings> {
  return new Map(deployment.ofType('AWS::SQS::Queue').map((queue) => [queue.arn ?? '', settingsOf(queue)]));
}

function settingsOf({ arn, ref, logicalId, properties }: Resource): QueueSettings {
  if (properties.FifoQueue === true) throw new Error(`the local host has no FIFO queues (${logicalId})`);
  const redrive = redriveOf(properties.RedrivePolicy);
  return {
    arn: arn ?? '',
    url: ref,
    delayMs: 1000 * Number(properties.DelaySeconds ?? 0),
    visibilityMs: 1000 * Number(properties.VisibilityTimeout ?? 30),
    retentionMs: 1000 * Number(properties.MessageRetentionPeriod ?? 4 * DAY_SECONDS),
    ...(redrive && { redrive }),
  };
}

function redriveOf(policy: Json | undefined): QueueSettings['redrive'] {
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) return undefined;
  return { arn: String(policy.deadLetterTargetArn), maxReceiveCount: Number(policy.maxReceiveCount) };
}
