import type { Profile } from '../../contract/user.ts';
import type { Block } from '../domain/block.ts';
import type { ReceiptChange } from '../domain/change.ts';
import type { Member } from '../domain/conversation.ts';
import type { RevisionMark } from '../domain/message.ts';
import type { PageRequest } from './ports.ts';

/** What use cases of a reader need: receipts, sync, profiles and blocks. */

export interface WatermarkMove {
  /** As it was read: the write holds only while `ownSinceRead` stands, and moves nothing back. */
  member: Member;
  lastReadSeq: number;
  lastDeliveredSeq: number;
  ownSinceRead: number;
  /** Absent where nobody is told. */
  announcement?: { emit: 'receipt.read' | 'receipt.delivered'; changed: ReceiptChange };
}

export interface ReceiptStore {
  /** One conditional write. `outdated`: a send or another move came between; read again. The member comes back as it is now. */
  move(
    move: WatermarkMove,
  ): Promise<{ outcome: 'moved'; member: Member } | { outcome: 'outdated' } | { outcome: 'notMember' }>;
  /** Moves what was delivered alone, without a read before it; what is not forward changes nothing. One conditional write. */
  markDelivered(
    member: Pick<Member, 'conversationId' | 'userId'>,
    seq: number,
    mark: { isConfirmed: boolean; changed?: ReceiptChange | undefined },
  ): Promise<void>;
  /** A client says so of what was marked already. One conditional write. */
  confirmDelivered(member: Pick<Member, 'conversationId' | 'userId'>, seq: number): Promise<void>;
  /** Messages of this sender after one seq and up to another: one query that counts, more for more than 1 MB of messages. */
  countSentBy(range: { conversationId: string; senderId: string; after: number; to: number }): Promise<number>;
}

export interface ChangeFeed {
  /** Names the life of this table: a restored or wiped one is another. One call in the life of a function. */
  epoch(): Promise<string>;
  /** Marks of revisions on one side of one: ascending after it, descending before it or, without either, from the end. */
  marks(request: {
    conversationId: string;
    limit: number;
    after?: number;
    before?: number;
  }): Promise<{ marks: RevisionMark[]; hasMore: boolean }>;
}

export interface ProfileStore {
  profileOf(userId: string): Promise<Profile | undefined>;
  save(userId: string, profile: Profile): Promise<void>;
}

export interface BlockStore {
  blocksOf(userId: string, page: PageRequest): Promise<{ blocks: Block[]; nextCursor?: string }>;
  /** How many: one query that counts. */
  count(userId: string): Promise<number>;
  /** Whether either has blocked the other: one batch read. */
  isBlocked(userId: string, otherUserId: string): Promise<boolean>;
  /**
   * The block and, where there is a direct conversation, its mark on the other's membership of it: at once, in one transaction, two
   * where there is no such conversation. Gives the block as it stands: one that was there keeps its time.
   */
  block(block: Block, directConversationId: string): Promise<Block>;
  /** Takes both away; what is not there is done already. */
  unblock(block: Omit<Block, 'atMs'>, directConversationId: string): Promise<void>;
}
