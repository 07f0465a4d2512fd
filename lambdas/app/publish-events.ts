import { limits } from '../../contract/limits.ts';
import type { Change } from '../domain/change.ts';
import type { Head } from '../domain/conversation.ts';
import { domainEventsOf, isPublished, namesMembers, type PublishedChange } from '../domain/domain-events.ts';
import type { EventBus, EventContextStore } from './event-ports.ts';
import type { MemberLists } from './member-lists.ts';

export interface PublishPorts {
  context: Pick<EventContextStore, 'headsOf'>;
  /** Of the first members: those whom one event names, and one more. */
  memberLists: Pick<MemberLists, 'membersOf'>;
  bus: EventBus;
}

export interface PublishResult {
  /** Positions, in the given changes, of those of which an event was not taken: they are to be tried again. */
  failed: number[];
  delivered: number;
}

interface Placed {
  change: PublishedChange;
  /** Among the given changes. */
  place: number;
}

/**
 * Tells the bus of a batch of changes. Whatever is read is read of all of them together: the heads of their conversations, and a list
 * of members where this function does not know it yet. A change of which one event was not taken comes again whole, with the ids that
 * it had.
 */
export const publishEvents =
  (ports: PublishPorts) =>
  async (changes: Change[]): Promise<PublishResult> => {
    const placed = changes.flatMap((change, place) => (isPublished(change) ? [{ change, place }] : []));
    const heads = await headsFor(ports, placed);
    const events = (await Promise.all(placed.map((one) => eventsOf(ports, one, heads)))).flat();
    const refused = await ports.bus.publish(events.map(({ event }) => event));
    const failed = new Set(refused.flatMap((position) => events[position]?.place ?? []));
    return { failed: [...failed], delivered: events.length - refused.length };
  };

/** A change of a conversation itself comes with its head. */
function headsFor({ context }: PublishPorts, placed: Placed[]): Promise<Map<string, Head>> {
  const wanted = placed.flatMap(({ change }) => ('message' in change ? change.message.conversationId : []));
  return context.headsOf([...new Set(wanted)]);
}

/** Nothing of a conversation that is gone by now. */
async function eventsOf({ memberLists }: PublishPorts, { change, place }: Placed, heads: Map<string, Head>) {
  const { conversationId, membershipVersion } = 'message' in change ? change.message : change.head;
  const head = 'message' in change ? heads.get(conversationId) : change.head;
  if (!head) return [];
  const memberIds = namesMembers(change) ? await memberLists.membersOf(conversationId, membershipVersion) : [];
  const events = domainEventsOf(change, { head, memberIds, mostUsers: limits.domainEventUsers });
  return events.map((event) => ({ event, place }));
}
