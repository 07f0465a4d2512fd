import { limits } from '../../contract/limits.ts';
import type { Head } from '../domain/conversation.ts';

/** Whether members see each other's receipts: in a large conversation every move would be told to a crowd. */
export const sharesReceipts = ({ memberCount }: Pick<Head, 'memberCount'>): boolean =>
  memberCount <= limits.receiptMembers;
