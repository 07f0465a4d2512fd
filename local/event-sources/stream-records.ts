import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../types.ts';
import type { Deliverable } from './deliver.ts';
import type { RawRecord } from './stream-reader.ts';

/** One record on its way to a function. */
export interface StreamItem extends Deliverable {
  /** As the database counts. */
  position: string;
  partition: string;
  sizeBytes: number;
  /** Whether the item is another one than before. */
  changes: boolean;
  /** In the shape in which Lambda hands it to a function. */
  event: JsonObject;
}

interface Source {
  arn: string;
  /** The attribute that is the table's partition key. */
  partitionKey: string;
  /** How far the host's time, which the function has too, is ahead of the machine's, by which the database stamps. */
  clockOffsetMs: number;
}

export function streamItem(raw: RawRecord, source: Source): StreamItem {
  const { SequenceNumber: position, SizeBytes: sizeBytes, ApproximateCreationDateTime: seconds, Keys } = raw.dynamodb;
  const id = sequenceNumber(position);
  const createdAt = seconds * 1000 + source.clockOffsetMs;
  return {
    id,
    position,
    sizeBytes,
    changes: !changesNothing(raw),
    partition: JSON.stringify(Keys[source.partitionKey] ?? null),
    createdAt,
    event: {
      eventID: createHash('md5').update(`${source.arn} ${id}`).digest('hex'),
      eventName: raw.eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: source.arn.split(':')[3] ?? '',
      dynamodb: { ...raw.dynamodb, SequenceNumber: id, ApproximateCreationDateTime: Math.floor(createdAt / 1000) },
      eventSourceARN: source.arn,
      ...(raw.userIdentity && { userIdentity: raw.userIdentity }),
    },
  };
}

/** DynamoDB emits nothing for a write that changes nothing; the embedded database does. */
function changesNothing({ eventName, dynamodb }: RawRecord): boolean {
  return eventName === 'MODIFY' && isDeepStrictEqual(dynamodb.NewImage, dynamodb.OldImage);
}

/** AWS's have 21 to 40 digits; the embedded database counts 1, 2, 3. */
function sequenceNumber(position: string): string {
  return position.length >= 21 ? position : `1${position.padStart(20, '0')}`;
}
