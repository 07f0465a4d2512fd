import { randomUUID } from 'node:crypto';
import type { Json } from '../types.ts';
import type { GivenUp } from './deliver.ts';
import type { MappingSettings } from './mapping-settings.ts';
import type { StreamItem } from './stream-records.ts';

interface Loss {
  why: GivenUp;
  attempts: number;
  shardId: string;
  at: number;
}

/**
 * What the on-failure queue gets of stream records that were given up: where they are in the stream, not what they hold
 * (docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html).
 */
export function givenUpMessage(mapping: MappingSettings, items: StreamItem[], loss: Loss): Json {
  const [first, last] = [items[0], items.at(-1)];
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: mapping.functionArn,
      condition: loss.why,
      approximateInvokeCount: loss.attempts,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: new Date(loss.at).toISOString(),
    DDBStreamBatchInfo: {
      shardId: loss.shardId,
      startSequenceNumber: first?.id ?? '',
      endSequenceNumber: last?.id ?? '',
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: items.length,
      streamArn: mapping.sourceArn,
    },
  };
}

function arrival(item: StreamItem | undefined): string {
  return item ? new Date(item.createdAt).toISOString() : '';
}
