import { expect, test } from 'vitest';
import { propertiesOf, synthesise } from './synthesis.ts';

const { template } = synthesise();
const { template: protectedTemplate } = synthesise({ protectData: true, allowedOrigins: ['https://chat.example.com'] });

test('the bucket is closed to the public, encrypted, owned by its account, and keeps versions', () => {
  template.hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    VersioningConfiguration: { Status: 'Enabled' },
  });
});

test('there is one, by a name that no move of code changes', () => {
  expect([...propertiesOf(template, 'AWS::S3::Bucket').keys()]).toEqual(['ChatBucket']);
});

test('nobody reaches it but by TLS 1.2', () => {
  const [policy] = propertiesOf(template, 'AWS::S3::BucketPolicy').values();
  expect(policy?.PolicyDocument).toMatchObject({
    Statement: [
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Effect: 'Deny', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } },
    ],
  });
});

test('what no message carries is forgotten after a day, and nothing else ever', () => {
  template.hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: [
        {
          Id: 'forget-what-no-message-carries',
          Status: 'Enabled',
          TagFilters: [{ Key: 'state', Value: 'pending' }],
          ExpirationInDays: 1,
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        },
        {
          Id: 'forget-what-is-left-of-it',
          Status: 'Enabled',
          ExpiredObjectDeleteMarker: true,
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
    },
  });
});

test('pages of the stage’s origins alone may send and read', () => {
  const rule = (AllowedOrigins: string[]) => ({
    CorsConfiguration: { CorsRules: [{ AllowedOrigins, AllowedMethods: ['GET', 'POST'], AllowedHeaders: ['*'] }] },
  });
  template.hasResourceProperties('AWS::S3::Bucket', rule(['*']));
  protectedTemplate.hasResourceProperties('AWS::S3::Bucket', rule(['https://chat.example.com']));
});

test('files outlive a stack that protects its data', () => {
  protectedTemplate.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
});
