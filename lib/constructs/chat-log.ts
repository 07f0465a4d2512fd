import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';

/** A log group with the stage's retention, which outlives the stack where the stage protects its data. */
export class ChatLog extends LogGroup {
  constructor(scope: Construct, id: string, { logRetention, protectData }: Stage) {
    super(scope, id, {
      retention: logRetention,
      removalPolicy: protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
