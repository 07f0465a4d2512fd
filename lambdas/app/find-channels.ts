import type { ChannelPage, FindChannels } from '../../contract/conversation.ts';
import { publicChannel } from '../domain/conversation.ts';
import type { ChannelStore } from './membership-ports.ts';

/** Public channels, open to everybody: a few queries of the index at most, and one batch read. */
export const findChannels =
  ({ channels }: { channels: ChannelStore }) =>
  async ({ q = '', ...page }: FindChannels): Promise<ChannelPage> => {
    const { channels: found, nextCursor } = await channels.find(q, page);
    return {
      channels: found.map(({ head, details }) => publicChannel(head, details)),
      ...(nextCursor !== undefined && { nextCursor }),
    };
  };
