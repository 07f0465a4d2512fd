import type { ForwardMessage } from '../../contract/message.ts';
import { refuse, refuseForNow } from '../domain/chat-error.ts';
import { mayPostAnywhere } from '../domain/conversation.ts';
import type { Digest } from '../domain/ids.ts';
import { contentOf, type Message } from '../domain/message.ts';
import { isService } from '../domain/principal.ts';
import { previousSendMs, sendKeyOf, slowModeWaitMs } from '../domain/send-lease.ts';
import { admit, refuseStranger } from './admit.ts';
import { type Access, accessTo, type Changer, demandUndeleted } from './message-access.ts';
import type { Clock, ConversationStore, Randomness, View } from './ports.ts';
import type { RevisionStore } from './revision-ports.ts';
import type { SendRequest, Sent } from './send-message.ts';

export interface ForwardPorts {
  revisions: Pick<RevisionStore, 'messageView'>;
  conversations: Pick<ConversationStore, 'viewsOf'>;
  send: (request: SendRequest) => Promise<Sent>;
  clock: Pick<Clock, 'now'>;
  randomness: Pick<Randomness, 'id'>;
  digest: Digest;
}

const operation = 'forward the message';

/**
 * Says a message again in other conversations: a send in each, after one batch read for the message and one for all of them, so
 * that a conversation that refuses it keeps it from the others too. Who is mentioned stays behind. FORBIDDEN where the caller is
 * not a member or may not post, CONFLICT where the message is deleted or a conversation is closed.
 */
export const forwardMessage =
  (ports: ForwardPorts) =>
  async (changer: Changer, messageId: string, request: ForwardMessage): Promise<Sent[]> => {
    const access = await accessTo(ports, changer, messageId, operation);
    demandUndeleted(access);
    const conversationIds = [...new Set(request.conversationIds)];
    const views = await ports.conversations.viewsOf(changer.userId, conversationIds);
    if (views.length < conversationIds.length) refuseStranger(operation);
    // Strangers first: which refusal comes must not tell whether a conversation of others exists.
    for (const view of views) admit(view, { principal: changer, right: 'post', operation });
    for (const view of views) demandPost(changer, view);
    const clientMessageId = clientMessageIdOf(ports, messageId, request);
    for (const view of views) demandPatience(ports, changer, view, clientMessageId);
    return Promise.all(
      conversationIds.map((conversationId) =>
        ports.send({ ...copyOf(access, messageId), conversationId, clientMessageId }),
      ),
    );
  };

/** The rest of what the send itself is going to ask. */
function demandPost(changer: Changer, { head, member }: View): void {
  if (head.closedAtMs !== undefined || member?.blockedAtMs !== undefined) {
    refuse('CONFLICT', operation, 'a conversation is closed');
  }
  if (member?.bannedAtMs !== undefined) refuse('FORBIDDEN', operation, 'the caller is banned from a conversation');
  const mayPost = !head.posting || isService(changer) || (member !== undefined && mayPostAnywhere(member.role));
  if (!mayPost) refuse('FORBIDDEN', operation, 'only moderators may post there');
}

/** Of who would have to wait before this message; not of a repeat, which is in the memory of the sender's membership. */
function demandPatience(
  { clock, digest }: ForwardPorts,
  changer: Changer,
  { head, member }: View,
  clientMessageId: string,
) {
  if (!head.slowModeSeconds || !member || isService(changer) || mayPostAnywhere(member.role)) return;
  const key = sendKeyOf(digest, clientMessageId);
  const previousMs = previousSendMs(member.recentSends, key);
  if (previousMs === undefined || member.recentSends[key] !== undefined) return;
  const retryAfterMs = slowModeWaitMs(head.slowModeSeconds, previousMs, clock.now());
  if (retryAfterMs > 0) refuseForNow(operation, 'a conversation is in slow mode', { retryAfterMs });
}

/** The same for a repeat of the call, and never that of a message which the caller sends by themselves. */
const clientMessageIdOf = (
  { digest, randomness }: ForwardPorts,
  messageId: string,
  { clientMessageId }: ForwardMessage,
): string =>
  `forward-${clientMessageId === undefined ? randomness.id() : digest(JSON.stringify([clientMessageId, messageId]))}`;

function copyOf({ message, changer }: Access, messageId: string) {
  const { mentions, ...content } = contentOf(message);
  const { userId: senderId, via } = changer;
  return {
    ...content,
    type: message.type,
    senderId,
    isService: isService(changer),
    forwardedFrom: originOf(message, messageId),
    ...(via !== undefined && { via }),
  };
}

/** The original, however often it has been forwarded on. */
const originOf = ({ forwardedFrom, senderId }: Message, messageId: string) => forwardedFrom ?? { messageId, senderId };
