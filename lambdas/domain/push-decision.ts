import type { NotificationSettings } from '../../contract/notification.ts';
import type { Connection } from './connection.ts';
import type { Head, Member } from './conversation.ts';
import type { Message } from './message.ts';
import { quietUntil } from './quiet-hours.ts';

/** What is known of one message, one of its recipients, and the moment. */
export interface PushQuestion {
  nowMs: number;
  userId: string;
  head: Pick<Head, 'closedAtMs'>;
  /** Absent for who has left. */
  member: Member | undefined;
  message: Message;
  /** Who wrote the message that this one answers. */
  answeredUserId?: string | undefined;
  settings: NotificationSettings;
  /** The live ones. */
  connections: Connection[];
  /** Either by the other, of recipient and sender. */
  isBlocked: boolean;
  quietHours: QuietHoursPolicy;
}

/** What becomes of a push in quiet hours: told when they are over, or never. */
export type QuietHoursPolicy = 'defer' | 'drop';

export type DropReason =
  | 'off'
  | 'left'
  | 'own'
  | 'closed'
  | 'deleted'
  | 'beforeJoin'
  | 'covered'
  | 'read'
  | 'looking'
  | 'delivered'
  | 'muted'
  | 'level'
  | 'blocked'
  | 'quiet';

export type PushDecision =
  | { outcome: 'push' }
  | { outcome: 'drop'; reason: DropReason }
  | { outcome: 'defer'; untilMs: number };

/** Whether one user is to be notified of one message now. The first reason against it is the one that is told. */
export function decidePush(question: PushQuestion): PushDecision {
  const { nowMs, member, settings, quietHours } = question;
  if (!member) return dropped('left');
  const reason = reasons.find(([, holds]) => holds({ ...question, member }));
  if (reason) return dropped(reason[0]);
  const untilMs = settings.quietHours && quietUntil(settings.quietHours, nowMs);
  if (untilMs === undefined) return { outcome: 'push' };
  return quietHours === 'drop' ? dropped('quiet') : { outcome: 'defer', untilMs };
}

const dropped = (reason: DropReason): PushDecision => ({ outcome: 'drop', reason });

type MembersQuestion = PushQuestion & { member: Member };

const reasons: [DropReason, (question: MembersQuestion) => boolean][] = [
  ['off', ({ settings }) => !wantsAny(settings)],
  ['own', ({ userId, message }) => message.senderId === userId],
  ['closed', ({ head }) => head.closedAtMs !== undefined],
  ['deleted', ({ message }) => message.deletedAtMs !== undefined],
  ['beforeJoin', ({ member, message }) => message.seq <= member.joinedSeq],
  ['covered', ({ member, message }) => message.seq <= (member.notifiedSeq ?? 0)],
  ['read', ({ member, message }) => message.seq <= member.lastReadSeq],
  ['looking', ({ connections, message }) => connections.some(({ joined }) => joined.includes(message.conversationId))],
  ['delivered', isDelivered],
  ['muted', ({ member, nowMs }) => (member.mutedUntilMs ?? 0) > nowMs],
  ['level', isBelowLevel],
  ['blocked', ({ member, isBlocked }) => isBlocked || isMarkedBlocked(member)],
];

const wantsAny = ({ push, sms }: NotificationSettings): boolean => push || sms;

/**
 * By a client's own word: that a connection took it may mean a phone that has lost its network. Without a live connection the client that
 * had it is gone, and its user may not have looked.
 */
function isDelivered({ member, message, connections }: MembersQuestion): boolean {
  return connections.length > 0 && message.seq <= (member.confirmedSeq ?? 0);
}

/** An answer to one's own message is meant for one as much as a mention is. */
function isBelowLevel({ userId, member, message, answeredUserId }: MembersQuestion): boolean {
  if (member.notify === 'none') return true;
  return member.notify === 'mentions' && !isMentioned(userId, message) && answeredUserId !== userId;
}

export const isMentioned = (userId: string, { mentions = [] }: Pick<Message, 'mentions'>): boolean =>
  mentions.includes(userId);

/** A direct conversation's memberships carry the block themselves. */
const isMarkedBlocked = ({ blockedAtMs, hasBlockedAtMs }: Member): boolean =>
  blockedAtMs !== undefined || hasBlockedAtMs !== undefined;
