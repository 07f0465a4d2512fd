import type { DomainEvent } from '../../contract/domain-event.ts';
import type { Head, Member } from '../domain/conversation.ts';
import type { Message } from '../domain/message.ts';
import type { QuietHoursPolicy } from '../domain/push-decision.ts';
import { notificationEvent } from '../domain/user-events.ts';
import { allTried } from './all-tried.ts';
import { type Decided, type DecideWorld, decideFor } from './decide-pushes.ts';
import { type DeliverPorts, deliver, type Named } from './deliver-push.ts';
import type { EventBus } from './event-ports.ts';
import type { Clock, ConnectionStore, MessageStore } from './ports.ts';
import type { NotificationCheck, NotificationStore, Recipient } from './push-ports.ts';

export interface NotifyPorts extends Omit<DeliverPorts, 'report'> {
  settings: Pick<NotificationStore, 'recipientsAmong'>;
  connections: Pick<ConnectionStore, 'connectionsOf'>;
  messages: Pick<MessageStore, 'page'>;
  bus: EventBus;
  clock: Pick<Clock, 'now'>;
}

/** The last messages that one check looks at, for one that is to be told. */
const mostCandidates = 10;

/**
 * Users of one check who are told side by side. A small function that starts hundreds of calls at once is so busy with them that the
 * first run out of their time, and a push without an answer is not repeated.
 */
const usersAtOnce = 20;

/** SQS delays by no more: whoever waits longer comes by again and again. */
const longestHopSeconds = 900;

/**
 * Looks again, now that the delay is over, and tells everyone for whom there is still something new, of the newest of it. Done twice
 * it tells nobody twice. True when all is said and done; throws where another try can help.
 */
export const notify =
  (ports: NotifyPorts, quietHours: QuietHoursPolicy) =>
  async (check: NotificationCheck): Promise<boolean> => {
    const nowMs = ports.clock.now();
    if ((check.deferredUntilMs ?? 0) > nowMs) {
      await waitOn(ports, check, nowMs);
      return true;
    }
    const recipients = (await ports.settings.recipientsAmong(check.userIds)).filter(canBeReached);
    if (recipients.length === 0) return true;
    const world = await worldOf(ports, check, recipients, quietHours);
    const decided = world ? await decideFor(ports, world, recipients) : [];
    // Who was told is not told again when somebody else's failure brings all of them another try.
    const names = await namesFor(ports, decided);
    await reporting(ports, (reporter) =>
      allTried(decided, (one) => act(reporter, check, { ...one, names }, nowMs), usersAtOnce),
    );
    return true;
  };

/** How the pushes ended goes to the bus together, after all of them: it costs none of them its time, and its trouble is nobody's. */
async function reporting(
  { bus, ...ports }: NotifyPorts,
  push: (reporter: NotifyPorts & DeliverPorts) => Promise<unknown>,
): Promise<void> {
  const events: DomainEvent[] = [];
  const report: DeliverPorts['report'] = (outcome) => {
    events.push(notificationEvent(outcome, ports.clock.now()));
  };
  try {
    await push({ ...ports, bus, report });
  } finally {
    await bus.publish(events);
  }
}

const canBeReached = ({ settings, hasDevices }: Recipient): boolean => settings.sms || (settings.push && hasDevices);

/** The conversation as it is now, and what is new in it from the message of the check on; nothing where nobody can be told of it. */
async function worldOf(
  ports: NotifyPorts,
  check: NotificationCheck,
  recipients: Recipient[],
  quietHours: QuietHoursPolicy,
): Promise<DecideWorld | undefined> {
  const { conversationId } = check;
  const userIds = recipients.map(({ userId }) => userId);
  const { head, members } = await ports.pushes.headAndThose(conversationId, userIds);
  if (!head || members.size === 0) return undefined;
  const nowMs = ports.clock.now();
  const [messages, connections] = await Promise.all([
    newsSince(ports, check, head, [...members.values()]),
    ports.connections.connectionsOf([...members.keys()], nowMs),
  ]);
  const answered = messages.flatMap(({ replyTo }) => replyTo ?? []);
  const authors = await ports.pushes.authorsOf(conversationId, [...new Set(answered)]);
  const isRetry = check.deviceId !== undefined;
  return { nowMs, head, members, messages, connections, authors, quietHours, isRetry };
}

/**
 * Newest first: the last few, and the check's own message behind them, which may be a mention that many have talked over. Another try
 * of one device is about what it was pushed about.
 */
async function newsSince(
  { messages }: NotifyPorts,
  check: NotificationCheck,
  { conversationId, lastSeq }: Head,
  members: Member[],
): Promise<Message[]> {
  const seq = seqOf(check, members);
  const own = () => messages.page({ conversationId, after: seq - 1, limit: 1 });
  if (check.deviceId !== undefined || lastSeq <= seq) return own();
  const limit = Math.min(lastSeq - seq + 1, mostCandidates);
  const [last, first] = await Promise.all([
    messages.page({ conversationId, limit }),
    lastSeq - seq < mostCandidates ? [] : own(),
  ]);
  return [...last.filter((message) => message.seq >= seq), ...first];
}

/** What was said in quiet hours is told of by the newest that is to be told. */
function seqOf({ seq, deferredUntilMs, deviceId }: NotificationCheck, members: Member[]): number {
  if (deferredUntilMs === undefined || deviceId !== undefined) return seq;
  return Math.max(seq, ...members.flatMap(({ deferredPush }) => deferredPush?.seq ?? []));
}

/** Of those who said what is to be told, to people who want to know who it was. */
function namesFor({ pushes }: NotifyPorts, decided: Decided[]): Promise<Map<string, string>> {
  const senders = decided.flatMap(({ recipient, verdict }) =>
    verdict.outcome === 'push' && recipient.settings.preview !== 'none' ? [verdict.message.senderId] : [],
  );
  return pushes.namesOf([...new Set(senders)]);
}

async function act(
  ports: NotifyPorts & DeliverPorts,
  check: NotificationCheck,
  decided: Decided & Named,
  nowMs: number,
): Promise<void> {
  const { recipient, verdict } = decided;
  if (verdict.outcome === 'drop') return;
  const { seq, senderId, createdAtMs: atMs } = verdict.message;
  const { userId } = recipient;
  const own: NotificationCheck = { ...check, seq, senderId, atMs, userIds: [userId] };
  if (verdict.outcome === 'push') return deliver(ports, own, decided);
  const waits =
    check.deviceId !== undefined ||
    (await ports.pushes.defer({ ...own, userId, bySeq: check.seq }, verdict.untilMs, nowMs));
  if (waits) await waitOn(ports, { ...own, deferredUntilMs: verdict.untilMs }, nowMs);
}

async function waitOn({ checks }: NotifyPorts, check: NotificationCheck, nowMs: number): Promise<void> {
  const secondsLeft = Math.ceil(((check.deferredUntilMs ?? nowMs) - nowMs) / 1_000);
  await checks.checkLater([check], Math.min(secondsLeft, longestHopSeconds));
}
