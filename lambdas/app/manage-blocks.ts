import { limits } from '../../contract/limits.ts';
import type { BlockPage, Block as PublicBlock } from '../../contract/user.ts';
import { publicBlock } from '../domain/block.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { type Digest, directConversationId } from '../domain/ids.ts';
import type { Clock, PageRequest } from './ports.ts';
import type { BlockStore } from './reader-ports.ts';

export interface BlockPorts {
  blocks: BlockStore;
  clock: Pick<Clock, 'now'>;
  digest: Digest;
}

const operation = 'block the user';

/**
 * From now on the other's messages to the direct conversation of the two are refused as if it were closed, and neither is told of
 * the other's presence or pushed to. Blocking again changes nothing. VALIDATION_FAILED for oneself, CONFLICT over the limit.
 */
export const blockUser =
  ({ blocks, clock, digest }: BlockPorts) =>
  async (userId: string, blockedUserId: string): Promise<PublicBlock> => {
    if (userId === blockedUserId) refuseFields(operation, [{ path: 'userId', message: 'must be another user' }]);
    if ((await blocks.count(userId)) >= limits.blocks) {
      refuse('CONFLICT', operation, `a user blocks at most ${limits.blocks} others`);
    }
    const block = { userId, blockedUserId, atMs: clock.now() };
    return publicBlock(await blocks.block(block, directConversationId(userId, blockedUserId, digest)));
  };

/** Undoes it; for somebody who is not blocked it is done already. */
export const unblockUser =
  ({ blocks, digest }: Omit<BlockPorts, 'clock'>) =>
  (userId: string, blockedUserId: string): Promise<void> =>
    blocks.unblock({ userId, blockedUserId }, directConversationId(userId, blockedUserId, digest));

/** Whom the caller has blocked, in the order of user ids. One query. */
export const listBlocks =
  ({ blocks }: Pick<BlockPorts, 'blocks'>) =>
  async (userId: string, page: PageRequest): Promise<BlockPage> => {
    const found = await blocks.blocksOf(userId, page);
    return { ...found, blocks: found.blocks.map(publicBlock) };
  };
