import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Occurrence } from '../app/announce.ts';
import type { Change } from '../domain/change.ts';
import { type PresenceChange, presenceChange } from '../domain/presence.ts';
import { attendanceFrom, headFrom, memberFrom, messageFrom, scheduledFrom } from './items.ts';
import { userOf } from './keys.ts';
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
  'scheduled.failed': (item: Item) => ({ scheduled: scheduledFrom(item) }),
} satisfies Record<Emit, (item: Item) => object>;

const isKnown = (emit: unknown): emit is Emit => typeof emit === 'string' && Object.hasOwn(subjects, emit);

/** A write as the stream tells of it: there is no image before the first, and none after a removal. */
export interface Write {
  before?: Image;
  after?: Image;
  atMs: number;
}

/** Nothing for a write to a user's connections that changes nothing for others. */
export function occurrenceFrom(write: Write, graceMs: number): Occurrence | undefined {
  const change = conversationChangeFrom(write);
  if (change) return { change };
  const presence = presenceChangeFrom(write, graceMs);
  return presence && { presence };
}

/** Nothing for a write to a user's connections. */
export function conversationChangeFrom({ before, after }: Write): Change | undefined {
  return isOfConnections(after ?? before) ? undefined : changeFrom(after ?? {});
}

const isOfConnections = (image: Image = {}): boolean => itemIn(image).entity === 'connections';

function presenceChangeFrom({ before, after, atMs }: Write, graceMs: number): PresenceChange | undefined {
  const [was, is] = [before, after].map((image) => image && itemIn(image));
  const userId = userOf(is ?? was ?? {});
  return presenceChange(attendanceFrom(was), is && attendanceFrom(is), { userId, atMs, graceMs });
}

const itemIn = (image: Image): Item => unmarshall(image as Parameters<typeof unmarshall>[0]);

/** What a write stands for, from the item as it is after it. Throws on an image that this code can't understand. */
export function changeFrom(image: Image): Change {
  const item = itemIn(image);
  const { emit, changed } = item;
  if (!isKnown(emit)) throw new Error('unable to understand the image; its emit names no event');
  // Written by our own stores, which write with each `emit` the `changed` that belongs to it.
  return { emit, changed, ...subjects[emit](item) } as Change;
}
