import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Change } from '../domain/change.ts';
import { headFrom, messageFrom } from './items.ts';

/** DynamoDB's own notation of an item, as a stream record carries it. */
export type Image = Record<string, unknown>;

/** What a write stands for, from the item as it is after it. Throws on an image that this code can't understand. */
export function changeFrom(image: Image): Change {
  const item = unmarshall(image as Parameters<typeof unmarshall>[0]);
  switch (item.emit) {
    case 'message.created':
      return { emit: 'message.created', message: messageFrom(item) };
    case 'conversation.created':
      return { emit: 'conversation.created', head: headFrom(item) };
    default:
      throw new Error('unable to understand the image; its emit names no event');
  }
}
