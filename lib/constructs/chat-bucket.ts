import { CfnElement, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CorsRule,
  HttpMethods,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import type { ChatFunction } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

/**
 * What an upload is tagged with until a message carries it (lambdas/outbound/file-storage.ts). Nobody can have the tag and be looked
 * for by a message that is still to come: files wait a day, and S3 deletes a day after the upload, rounded up to the next midnight.
 */
const pending = { state: 'pending' };

/** Where the files of messages are. Nothing in it is public: who may have one gets a URL that is good for minutes. */
export class ChatBucket extends Bucket {
  constructor(scope: Construct, id: string, { protectData, allowedOrigins }: Stage) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // A form is good for minutes, and as often as its holder likes. A message carries the version that was there when it was sent.
      versioned: true,
      cors: [corsFor(allowedOrigins)],
      lifecycleRules,
      // CloudFormation deletes a bucket only when it is empty: one with files in it stops the deletion of its stack.
      removalPolicy: protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    pinLogicalId(this);
  }

  get objectsArn(): string {
    return this.arnForObjects('*');
  }

  /** Names the bucket, and allows this on what lies in it. */
  bind(fn: ChatFunction, ...actions: string[]): void {
    fn.addEnvironment('BUCKET_NAME', this.bucketName);
    fn.addEnvironment('BUCKET_URL', `https://${this.bucketRegionalDomainName}`);
    fn.allow(
      actions.map((action) => `s3:${action}`),
      [this.objectsArn],
    );
  }

  /** What a function needs for files in the messages that it sends: to find and to keep what was uploaded. Without the right to list, S3 says 403 of what is not there. */
  bindSend(fn: ChatFunction, table: ChatTable): void {
    fn.bindTable(table, 'BatchGetItem');
    this.bind(fn, 'DeleteObjectTagging');
    fn.allow(['s3:ListBucket'], [this.bucketArn]);
  }
}

const oneDay = Duration.days(1);

/** S3 takes no tag in a rule about uploads in parts, nor in one about delete markers. */
const lifecycleRules: LifecycleRule[] = [
  {
    id: 'forget-what-no-message-carries',
    tagFilters: pending,
    expiration: oneDay,
    noncurrentVersionExpiration: oneDay,
  },
  { id: 'forget-what-is-left-of-it', expiredObjectDeleteMarker: true, abortIncompleteMultipartUploadAfter: oneDay },
];

/** Pages of other origins can't read what is in it, or what became of a form that they post. */
const corsFor = (allowedOrigins: string[]): CorsRule => ({
  allowedOrigins,
  allowedMethods: [HttpMethods.GET, HttpMethods.POST],
  allowedHeaders: ['*'],
  maxAge: Duration.hours(1).toSeconds(),
});

/** CloudFormation replaces a resource whose logical id changes: moving this construct in the code must never replace the files. */
function pinLogicalId(bucket: Bucket): void {
  const { defaultChild } = bucket.node;
  if (defaultChild instanceof CfnElement) defaultChild.overrideLogicalId('ChatBucket');
}
