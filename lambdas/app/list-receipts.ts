import { limits } from '../../contract/limits.ts';
import type { Receipt } from '../../contract/receipt.ts';
import type { Principal } from '../domain/principal.ts';
import { receiptOf } from '../domain/receipt.ts';
import { admit } from './admit.ts';
import type { MembershipStore } from './membership-ports.ts';
import type { ConversationStore } from './ports.ts';
import { sharesReceipts } from './shares-receipts.ts';

export interface ReceiptListPorts {
  conversations: Pick<ConversationStore, 'viewsOf'>;
  members: Pick<MembershipStore, 'headAndMembers'>;
}

const operation = 'list the receipts';

/**
 * How far everyone has got: one query of head and members; in a conversation too large for that, the caller's own alone, by a batch
 * read more. FORBIDDEN to anyone but a member or a backend.
 */
export const listReceipts =
  ({ conversations, members }: ReceiptListPorts) =>
  async (principal: Pick<Principal, 'userId' | 'scopes'>, conversationId: string): Promise<Receipt[]> => {
    const { head, members: first } = await members.headAndMembers(conversationId, limits.receiptMembers);
    const isShared = head !== undefined && sharesReceipts(head);
    const [view] = isShared || !head ? [] : await conversations.viewsOf(principal.userId, [conversationId]);
    const member = view?.member ?? first.find(({ userId }) => userId === principal.userId);
    admit({ ...(head && { head }), member }, { principal, right: 'read', operation });
    if (isShared) return first.map(receiptOf);
    return member ? [receiptOf(member)] : [];
  };
