import type { RecentSends } from './send-lease.ts';

/** A `chat:service` caller that is no member: what it has of a member is the memory of its recent sends. */
export interface Sender {
  conversationId: string;
  userId: string;
  recentSends: RecentSends;
}
