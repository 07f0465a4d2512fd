import type { Conversation, ConversationSummary } from '../../contract/conversation.ts';
import { type Details, type Head, otherOf, publicConversation, summaryFor } from '../domain/conversation.ts';
import { otherUserOf } from '../domain/profile.ts';
import type { Surroundings, SurroundingsStore } from './membership-ports.ts';
import type { Clock, View } from './ports.ts';

export interface ShowPorts {
  surroundings: SurroundingsStore;
  clock: Pick<Clock, 'now'>;
}

/** For a backend that is no member there is no own view: it gets what is the same for everyone. */
export type Shown = ConversationSummary | Conversation;

/** Views as their reader sees them, with details and the other sides of direct conversations: one batch read, or none for none. */
export async function showViews({ surroundings, clock }: ShowPorts, views: View[]): Promise<Shown[]> {
  const around = await surroundings.surroundingsOf(
    views.filter(({ head }) => head.hasDetails).map(({ head }) => head.conversationId),
    views.flatMap(otherUserIdIn),
  );
  return views.map((view) => showView(view, around, clock.now()));
}

/** What is beside the head, where there is something: one read, or none. */
export async function detailsOf(
  { surroundings }: Pick<ShowPorts, 'surroundings'>,
  { conversationId, hasDetails }: Head,
): Promise<Details | undefined> {
  if (!hasDetails) return undefined;
  return (await surroundings.surroundingsOf([conversationId], [])).details.get(conversationId);
}

export async function showOne(ports: ShowPorts, view: View): Promise<Shown> {
  const [shown] = await showViews(ports, [view]);
  return shown ?? publicConversation(view.head);
}

function showView(view: View, around: Surroundings, nowMs: number): Shown {
  const { head, member } = view;
  const details = around.details.get(head.conversationId);
  if (!member) return publicConversation(head, details);
  const [otherUserId = ''] = otherUserIdIn(view);
  const person = around.people.get(otherUserId);
  const isBlocked = member.blockedAtMs !== undefined || member.hasBlockedAtMs !== undefined;
  return summaryFor({
    head,
    member,
    ...(details && { details }),
    ...(person && { otherUser: otherUserOf(person, isBlocked, nowMs) }),
  });
}

const otherUserIdIn = ({ head, member }: View): string[] =>
  head.pair && member ? [otherOf(head.pair, member.userId)] : [];
