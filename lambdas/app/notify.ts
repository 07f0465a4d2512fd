import type { Member } from '../domain/conversation.ts';
import type { QuietHoursPolicy } from '../domain/push-decision.ts';
import { allTried } from './all-tried.ts';
import { type Decided, type DecideWorld, decideFor } from './decide-pushes.ts';
import { type DeliverPorts, deliver } from './deliver-push.ts';
import type { Clock, ConnectionStore, MessageStore } from './ports.ts';
import type { NotificationCheck, NotificationStore, Recipient } from './push-ports.ts';

export interface NotifyPorts extends DeliverPorts {
  settings: Pick<NotificationStore, 'recipientsAmong'>;
  connections: Pick<ConnectionStore, 'connectionsOf'>;
  messages: Pick<MessageStore, 'page'>;
  clock: Pick<Clock, 'now'>;
}

/** Messages that one check looks at: those after them have checks of their own. */
const mostCandidates = 10;

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
    await allTried(decided.map((one) => act(ports, check, one, nowMs)));
    return true;
  };

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
  const [messages, connections] = await Promise.all([
    ports.messages.page({
      conversationId,
      after: firstSeq(check, [...members.values()]) - 1,
      limit: candidatesOf(check),
    }),
    ports.connections.connectionsOf([...members.keys()], ports.clock.now()),
  ]);
  const answered = messages.flatMap(({ replyTo }) => replyTo ?? []);
  const authors = await ports.pushes.authorsOf(conversationId, [...new Set(answered)]);
  const isRetry = check.deviceId !== undefined;
  const nowMs = ports.clock.now();
  return { nowMs, head, members, messages, connections, authors, quietHours, isRetry };
}

/** What was said in quiet hours is told of by its newest. */
const firstSeq = ({ seq, deferredUntilMs, deviceId }: NotificationCheck, members: Member[]): number =>
  deferredUntilMs === undefined || deviceId !== undefined
    ? seq
    : Math.max(seq, ...members.flatMap(({ deferred }) => deferred?.seq ?? []));

const candidatesOf = ({ deviceId }: NotificationCheck): number => (deviceId === undefined ? mostCandidates : 1);

async function act(ports: NotifyPorts, check: NotificationCheck, decided: Decided, nowMs: number): Promise<void> {
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
