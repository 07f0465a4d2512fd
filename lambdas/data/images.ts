import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Occurrence } from '../app/announce.ts';
import type { Change } from '../domain/change.ts';
import type { KeyNews } from '../domain/device-keys.ts';
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
  const entity = entityOf(write);
  if (entity === 'keyRing') return { keys: keyNewsFrom(write) };
  if (entity !== 'connections') return { change: changeFrom(write.after ?? {}) };
  const presence = presenceChangeFrom(write, graceMs);
  return presence && { presence };
}

const entityOf = ({ before, after = before ?? {} }: Write): string => String(itemIn(after).entity);

/** Written by our own store, which writes with `emit` the `changed` that belongs to it. */
function keyNewsFrom({ after = {} }: Write): KeyNews {
  const item = itemIn(after);
  return { emit: item.emit, userId: userOf(item), ...(item.changed as object) } as KeyNews;
}

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
