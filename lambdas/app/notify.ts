import type { Head } from '../domain/conversation.ts';
import type { Device } from '../domain/device.ts';
import { messageIdOf } from '../domain/ids.ts';
import { type Message, previewOf } from '../domain/message.ts';
import { type Notification, pushMessageOf } from '../domain/push-payload.ts';
import type { ConversationStore, DeviceStore, MessageStore, PendingNotification, PushSender, View } from './ports.ts';
import type { BlockStore } from './reader-ports.ts';

export interface NotifyPorts {
  conversations: ConversationStore;
  messages: MessageStore;
  devices: DeviceStore;
  blocks: Pick<BlockStore, 'isBlocked'>;
  push: PushSender;
}

/**
 * Looks again, now that the delay is over, and pushes to every device of somebody who is still a member, has not read yet, and
 * has nothing against the sender, unless the message is deleted by now. True when all is said and done; throws where another try
 * can help.
 */
export const notify =
  (ports: NotifyPorts) =>
  async (pending: PendingNotification): Promise<boolean> => {
    const devices = await ports.devices.devicesOf(pending.userId);
    if (devices.length === 0) return true;
    const notification = await newsFor(ports, pending);
    if (!notification) return true;

    const outcomes = await Promise.allSettled(devices.map((device) => pushTo(ports, device, notification)));
    // Every device has had its try before one's failure brings all of them another.
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return true;
  };

/** What the user is to be told; nothing if it is no news, or from somebody whom one of the two has blocked. */
async function newsFor(ports: NotifyPorts, { userId, conversationId, seq }: PendingNotification) {
  const [view] = await ports.conversations.viewsOf(userId, [conversationId]);
  if (!view || !isStillNews(view, seq)) return undefined;
  const [message] = await ports.messages.page({ conversationId, limit: 1, after: seq - 1 });
  if (message?.seq !== seq || message.deletedAtMs !== undefined) return undefined;
  const isBlocked = await ports.blocks.isBlocked(userId, message.senderId);
  return isBlocked ? undefined : notificationOf(view.head, message);
}

async function pushTo({ push, devices }: NotifyPorts, device: Device, notification: Notification): Promise<void> {
  const outcome = await push.push(device, pushMessageOf(notification, device.platform));
  if (outcome === 'gone') await devices.remove(device.userId, device.deviceId);
}

const isStillNews = ({ member }: View, seq: number) => member !== undefined && member.lastReadSeq < seq;

const notificationOf = ({ title }: Head, message: Message): Notification => ({
  title: title ?? 'New message',
  body: previewOf(message, message.createdAtMs).text ?? '',
  conversationId: message.conversationId,
  messageId: messageIdOf(message.conversationId, message.seq),
  seq: message.seq,
});
