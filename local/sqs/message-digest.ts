import { createHash } from 'node:crypto';
import type { MessageAttribute } from './queues.ts';

/** The SDK compares this with the digest of what it sent, and raises InvalidChecksumError when they differ. */
export function digestOfBody(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

/**
 * SQS's digest over attributes in the order of their names: each name, type and value with its length before it
 * (docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html).
 */
export function digestOfAttributes(attributes: Record<string, MessageAttribute> = {}): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const [name, attribute] of names.map((it) => [it, attributes[it]] as const)) {
    const text = attribute?.StringValue;
    const value = text === undefined ? Buffer.from(attribute?.BinaryValue ?? '', 'base64') : Buffer.from(text);
    hash.update(withLength(Buffer.from(name))).update(withLength(Buffer.from(attribute?.DataType ?? '')));
    hash.update(Buffer.of(text === undefined ? 2 : 1)).update(withLength(value));
  }
  return hash.digest('hex');
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
