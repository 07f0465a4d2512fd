import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** A queue as the house wants it: encrypted by SQS at no charge, reached by TLS alone. */
export class ChatQueue extends Queue {
  constructor(scope: Construct, id: string, props: QueueProps = {}) {
    super(scope, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props });
  }
}

/** Where something waits for a person to look at it: kept as long as SQS keeps anything. */
export function parkingQueue(scope: Construct, id: string, props: QueueProps = {}): ChatQueue {
  return new ChatQueue(scope, id, { retentionPeriod: Duration.days(14), ...props });
}
