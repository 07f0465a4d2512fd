import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Change } from '../domain/change.ts';
import { headFrom, memberFrom, messageFrom } from './items.ts';
import type { Item } from './table.ts';

/** DynamoDB's own notation of an item, as a stream record carries it. */
export type Image = Record<string, unknown>;

type Emit = Change['emit'];

/** Which entity each announcement is written on. */
const subjects = {
  'message.created': (item: Item) => ({ message: messageFrom(item) }),
  'message.updated': (item: Item) => ({ message: messageFrom(item) }),
  'message.deleted': (item: Item) => ({ message: messageFrom(item) }),
  'reaction.added': (item: Item) => ({ message: messageFrom(item) }),
  'reaction.removed': (item: Item) => ({ message: messageFrom(item) }),
  'receipt.read': (item: Item) => ({ member: memberFrom(item) }),
  'receipt.delivered': (item: Item) => ({ member: memberFrom(item) }),
  'conversation.created': (item: Item) => ({ head: headFrom(item) }),
  'conversation.updated': (item: Item) => ({ head: headFrom(item) }),
  'conversation.closed': (item: Item) => ({ head: headFrom(item) }),
  'membership.changed': (item: Item) => ({ head: headFrom(item) }),
} satisfies Record<Emit, (item: Item) => object>;

const isKnown = (emit: unknown): emit is Emit => typeof emit === 'string' && Object.hasOwn(subjects, emit);

/** What a write stands for, from the item as it is after it. Throws on an image that this code can't understand. */
export function changeFrom(image: Image): Change {
  const item = unmarshall(image as Parameters<typeof unmarshall>[0]);
  const { emit, changed } = item;
  if (!isKnown(emit)) throw new Error('unable to understand the image; its emit names no event');
  // Written by our own stores, which write with each `emit` the `changed` that belongs to it.
  return { emit, changed, ...subjects[emit](item) } as Change;
}
