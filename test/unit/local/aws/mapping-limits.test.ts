import { expect, test } from 'vitest';
import { mappingsOf } from '../../../../local/event-sources/mapping-settings.ts';
import type { JsonObject } from '../../../../local/types.ts';
import { deploymentAllowing } from '../../../integration/local/deployment.ts';

function read(queue: JsonObject, mapping: JsonObject) {
  const EventSourceArn = { 'Fn::GetAtt': ['Queue', 'Arn'] };
  const deployment = deploymentAllowing([], {
    Queue: { Type: 'AWS::SQS::Queue', Properties: queue },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn, FunctionName: { Ref: 'Worker' }, ...mapping },
    },
  });
  return mappingsOf(deployment);
}

test.each<[string, JsonObject, JsonObject]>([
  ["below the function's timeout of 3 s", { VisibilityTimeout: 2 }, {}],
  ['no batching window', { FifoQueue: true }, { MaximumBatchingWindowInSeconds: 1 }],
  ['10 messages a batch at most', { FifoQueue: true }, { BatchSize: 11 }],
  ['needs a batching window', {}, { BatchSize: 11 }],
])('a mapping that Lambda would refuse stops the start: %s', (reason, queue, mapping) => {
  expect(() => read(queue, mapping)).toThrow(reason);
});

test.each<[JsonObject, JsonObject]>([
  [{ VisibilityTimeout: 3 }, {}],
  [{ FifoQueue: true }, { BatchSize: 10 }],
  [{}, { BatchSize: 100, MaximumBatchingWindowInSeconds: 1 }],
])('a mapping that Lambda takes is read: %j %j', (queue, mapping) => {
  expect(read(queue, mapping)).toHaveLength(1);
});
