import { limits } from '../../contract/limits.ts';
import type { Receipt } from '../../contract/receipt.ts';
import { refuse } from '../domain/chat-error.ts';
import { receiptOf } from '../domain/receipt.ts';
import type { MembershipStore } from './membership-ports.ts';
import type { ConversationStore } from './ports.ts';
import { sharesReceipts } from './shares-receipts.ts';

export interface ReceiptListPorts {
  conversations: Pick<ConversationStore, 'viewsOf'>;
  members: Pick<MembershipStore, 'headAndMembers'>;
}

/**
 * How far everyone has got: one query of head and members; in a conversation too large for that, the caller's own alone, by a batch
 * read more. FORBIDDEN to anyone but a member.
 */
export const listReceipts =
  ({ conversations, members }: ReceiptListPorts) =>
  async (userId: string, conversationId: string): Promise<Receipt[]> => {
    const known = await members.headAndMembers(conversationId, limits.receiptMembers);
    if (known.head && sharesReceipts(known.head)) {
      if (known.members.some((member) => member.userId === userId)) return known.members.map(receiptOf);
      return refuseStranger();
    }
    const [view] = known.head ? await conversations.viewsOf(userId, [conversationId]) : [];
    return view?.member ? [receiptOf(view.member)] : refuseStranger();
  };

const refuseStranger = () => refuse('FORBIDDEN', 'list the receipts', 'the caller is not a member of the conversation');
