import type { DomainEvent } from '../../contract/domain-event.ts';
import type { Head } from '../domain/conversation.ts';

/** What use cases need that tell the deployer's own systems. */

export interface EventBus {
  /** Gives the positions of those that it did not take, twice. Its trouble is never an error. */
  publish(events: DomainEvent[]): Promise<number[]>;
}

/** What an event says beside what changed. */
export interface EventContextStore {
  /** By id; one that is gone is left out. One batch read for up to 100, none for none. */
  headsOf(conversationIds: string[]): Promise<Map<string, Head>>;
  /** The first members by id: one more than one event names, so that it shows whether they are all. One query. */
  firstMembersOf(conversationId: string): Promise<string[]>;
}
