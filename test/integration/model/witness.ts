import type { Conversation as PublicConversation } from '../../../contract/conversation.ts';
import type { ChatEvent, ReactionEventData } from '../../../contract/event.ts';
import type { Member, Role } from '../../../contract/member.ts';
import type { Message } from '../../../contract/message.ts';
import { logOf } from './replica.ts';
import { type MessageView, sharedView } from './views.ts';

/** What a client knows of a conversation from its first members and its events alone. */
export interface Witness {
  conversation?: PublicConversation;
  messages: Map<number, Message>;
  roles: Map<string, Role>;
  marks: Map<string, { read: number; delivered: number }>;
}

export const newWitness = (founders: Map<string, Role>): Witness => ({
  messages: new Map(),
  roles: new Map(founders),
  marks: new Map([...founders.keys()].map((userId) => [userId, { read: 0, delivered: 0 }])),
});

/** As any client would: what is older than what it has changes nothing, so that a repeat is harmless. */
export function learn(witness: Witness, event: ChatEvent): void {
  switch (event.type) {
    case 'message.created':
    case 'message.updated':
    case 'message.deleted':
      learnMessage(witness, event.data.message);
      break;
    case 'reaction.added':
    case 'reaction.removed':
      learnReaction(witness, event.data);
      break;
    case 'receipt.read':
      learnMark(witness, event.data.userId, { read: event.data.seq, delivered: event.data.seq });
      break;
    case 'receipt.delivered':
      learnMark(witness, event.data.userId, { read: 0, delivered: event.data.seq });
      break;
    case 'member.added':
    case 'member.updated':
      learnMember(witness, event.data.member);
      break;
    case 'member.removed':
      witness.roles.delete(event.data.member.userId);
      witness.marks.delete(event.data.member.userId);
      break;
    case 'conversation.created':
    case 'conversation.updated':
    case 'conversation.closed':
      witness.conversation = event.data.conversation;
      break;
    // What else there is passes, and nobody looks it up afterwards.
    default:
  }
}

/** Who joins has what was said before behind them. */
function learnMember(witness: Witness, { userId, role, joinedSeq }: Member): void {
  witness.roles.set(userId, role);
  learnMark(witness, userId, { read: joinedSeq, delivered: joinedSeq });
}

function learnMessage({ messages }: Witness, message: Message): void {
  const known = messages.get(message.seq);
  if (!known || known.rev <= message.rev) messages.set(message.seq, message);
}

function learnReaction({ messages }: Witness, { messageId, emoji, count, rev }: ReactionEventData): void {
  const known = [...messages.values()].find(({ id }) => id === messageId);
  if (!known || known.rev >= rev) return;
  const { [emoji]: _before, ...others } = known.reactions ?? {};
  messages.set(known.seq, { ...known, rev, reactions: count > 0 ? { ...others, [emoji]: { count } } : others });
}

function learnMark({ marks }: Witness, userId: string, { read, delivered }: { read: number; delivered: number }): void {
  const known = marks.get(userId) ?? { read: 0, delivered: 0 };
  marks.set(userId, { read: Math.max(known.read, read), delivered: Math.max(known.delivered, delivered) });
}

/** In the shape of a snapshot. */
export const testimonyOf = (witness: Witness) => ({
  title: witness.conversation?.title,
  closed: witness.conversation?.closed,
  log: logOf(witness).map(sharedView) satisfies MessageView[],
  roles: Object.fromEntries(witness.roles),
  receipts: [...witness.marks].map(([userId, { read, delivered }]) => `${userId} ${read} ${delivered}`).toSorted(),
});
export type Testimony = ReturnType<typeof testimonyOf>;
