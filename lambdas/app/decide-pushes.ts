import type { Connection } from '../domain/connection.ts';
import type { Head, Member } from '../domain/conversation.ts';
import { isDirect } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import { decidePush, type PushDecision, type QuietHoursPolicy } from '../domain/push-decision.ts';
import type { Pair, PushStore, Recipient } from './push-ports.ts';

/** What is known before anybody's push is decided on. */
export interface DecideWorld {
  nowMs: number;
  head: Head;
  members: Map<string, Member>;
  /** Newest first. */
  messages: Message[];
  connections: Connection[];
  /** Who wrote what the messages answer, by seq. */
  authors: Map<number, string>;
  quietHours: QuietHoursPolicy;
  /** Whether this is another try of one device, whose user was pushed to. */
  isRetry: boolean;
}

export type Verdict = { outcome: 'drop' } | (Exclude<PushDecision, { outcome: 'drop' }> & { message: Message });

export interface Decided {
  recipient: Recipient;
  verdict: Verdict;
  world: DecideWorld;
}

/**
 * The newest message that each of them is to be told of. Who has blocked whom is looked up only of those who would be told: each
 * round asks for the pairs that it is about, and a message of somebody who is blocked makes way for an older one.
 */
export async function decideFor(
  { pushes }: { pushes: Pick<PushStore, 'blockedAmong'> },
  world: DecideWorld,
  recipients: Recipient[],
): Promise<Decided[]> {
  const blocks = knownBlocks();
  for (;;) {
    const decided = recipients.map((recipient) => ({ recipient, world, verdict: verdictOn(world, recipient, blocks) }));
    // The memberships of a direct conversation carry its block.
    const open = isDirect(world.head.conversationId) ? [] : pairsIn(decided).filter((pair) => !blocks.isKnown(pair));
    if (open.length === 0) return decided;
    blocks.learn(open, await pushes.blockedAmong(open));
  }
}

const pairsIn = (decided: Decided[]): Pair[] =>
  decided.flatMap(({ recipient: { userId }, verdict }) =>
    verdict.outcome === 'drop' ? [] : [{ userId, senderId: verdict.message.senderId }],
  );

function verdictOn(world: DecideWorld, { userId, settings }: Recipient, blocks: Blocks): Verdict {
  const connections = world.connections.filter((connection) => connection.userId === userId);
  const member = memberIn(world, userId);
  for (const message of world.messages) {
    const { nowMs, head, quietHours } = world;
    const answeredUserId = message.replyTo === undefined ? undefined : world.authors.get(message.replyTo);
    const isBlocked = blocks.isBlocked({ userId, senderId: message.senderId });
    const asked = {
      nowMs,
      userId,
      head,
      member,
      message,
      answeredUserId,
      settings,
      connections,
      isBlocked,
      quietHours,
    };
    const decision = decidePush(asked);
    if (decision.outcome !== 'drop') return { ...decision, message };
  }
  return { outcome: 'drop' };
}

/** For a device's other try, what its user was pushed about is still to come; a later one has gone to all devices. */
function memberIn({ members, messages, isRetry }: DecideWorld, userId: string): Member | undefined {
  const member = members.get(userId);
  if (!member || !isRetry || member.notifiedSeq !== messages[0]?.seq) return member;
  const { notifiedSeq, ...unclaimed } = member;
  return unclaimed;
}

type Blocks = ReturnType<typeof knownBlocks>;

function knownBlocks() {
  const known = new Map<string, boolean>();
  const nameOf = ({ userId, senderId }: Pair) => JSON.stringify([userId, senderId]);
  return {
    isKnown: (pair: Pair) => known.has(nameOf(pair)),
    isBlocked: (pair: Pair) => known.get(nameOf(pair)) ?? false,
    learn(asked: Pair[], blocked: Pair[]): void {
      for (const pair of asked) known.set(nameOf(pair), false);
      for (const pair of blocked) known.set(nameOf(pair), true);
    },
  };
}
