import type { Device } from '../domain/device.ts';
import { messageIdOf } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import { type Notification, pushMessageOf } from '../domain/push-payload.ts';
import { cut, lineOf, wordingOf } from '../domain/push-wording.ts';
import type { NotificationOutcome } from '../domain/user-events.ts';
import { allTried } from './all-tried.ts';
import type { Decided } from './decide-pushes.ts';
import type { DeviceStore } from './ports.ts';
import type {
  CheckQueue,
  NotificationCheck,
  PushOutcome,
  PushSender,
  PushStore,
  Recipient,
  SmsBudget,
  SmsSender,
} from './push-ports.ts';

export interface DeliverPorts {
  pushes: PushStore;
  devices: Pick<DeviceStore, 'devicesOf' | 'remove'>;
  push: PushSender;
  sms: SmsSender;
  smsBudget: SmsBudget;
  checks: CheckQueue;
  /** Takes note of how it ended. */
  report: (outcome: NotificationOutcome) => void;
}

export interface Named {
  /** What senders are called, by id. */
  names: Map<string, string>;
}

/** How long a device that was not reached is left alone. After its second try, its queue's own patience goes on. */
const retrySeconds = 15;

/** Two parts of an SMS where its script has room for 70 characters a part. */
const longestSms = 130;

/**
 * Pushes to every device of a user, side by side, and one's trouble is its own. All reading comes before the claim and all telling
 * after it: what fails before it may be done again, and what was told is not told again.
 */
export async function deliver(ports: DeliverPorts, check: NotificationCheck, decided: Decided & Named): Promise<void> {
  const { recipient, world, verdict } = decided;
  if (verdict.outcome !== 'push') return;
  const devices = await devicesFor(ports, recipient, check);
  if (devices.length === 0 && !mayHaveSms(recipient, check)) return;
  const notification = await notificationFor(ports, decided, verdict.message, devices);
  if (!(await isOurs(ports, check, recipient))) return;
  const outcomes = await allTried(devices, (device) => pushTo(ports, check, device, notification));
  const isTaken = outcomes.some((outcome) => outcome !== 'gone' && outcome !== 'refused');
  if (!isTaken && mayHaveSms(recipient, check)) await sendSms(ports, recipient, notification, world.nowMs);
}

async function devicesFor({ devices }: DeliverPorts, recipient: Recipient, { deviceId }: NotificationCheck) {
  const { userId, settings, hasDevices } = recipient;
  if (!settings.push || !hasDevices) return [];
  const all = await devices.devicesOf(userId);
  return deviceId === undefined ? all : all.filter((device) => device.deviceId === deviceId);
}

/** Another try of one device is about that device alone. */
const mayHaveSms = ({ settings }: Recipient, { deviceId }: NotificationCheck): boolean =>
  settings.sms && deviceId === undefined;

async function notificationFor(
  { pushes }: DeliverPorts,
  { recipient, world, names }: Decided & Named,
  message: Message,
  devices: Device[],
): Promise<Notification> {
  const { userId, settings } = recipient;
  const { conversationId, seq, senderId, replyTo } = message;
  const showsBadge = devices.some(({ platform }) => platform !== 'fcm');
  const badge = showsBadge ? await pushes.unreadOf(userId, world.nowMs) : undefined;
  const answeredUserId = replyTo === undefined ? undefined : world.authors.get(replyTo);
  const news = { userId, head: world.head, message, senderName: names.get(senderId), answeredUserId };
  const wording = wordingOf(news, settings.preview);
  return { wording, conversationId, messageId: messageIdOf(conversationId, seq), seq, badge };
}

const isOurs = async (
  { pushes }: DeliverPorts,
  { conversationId, seq, deviceId }: NotificationCheck,
  { userId }: Recipient,
) => deviceId !== undefined || pushes.claim({ conversationId, userId, seq });

async function pushTo(
  { push, devices, checks, report }: DeliverPorts,
  check: NotificationCheck,
  device: Device,
  notification: Notification,
): Promise<PushOutcome> {
  const outcome = await push.push(device, pushMessageOf(notification, device.platform));
  const { userId } = device;
  // What comes of another try is told when it comes.
  if (outcome !== 'later') report({ ...aboutOf(notification), userId, device, ...reasonOf(outcome) });
  if (outcome === 'gone') await devices.remove(device);
  if (outcome === 'later') await tryLater(checks, check, device);
  return outcome;
}

const aboutOf = ({ conversationId, messageId }: Notification) => ({ conversationId, messageId });
const reasonOf = (outcome: Exclude<PushOutcome, 'later'>) => (outcome === 'accepted' ? {} : { reason: outcome });

/** A first failure makes a check of its own, for this device alone; that one fails by itself, and its queue counts how often. */
async function tryLater(checks: CheckQueue, check: NotificationCheck, { deviceId }: Device): Promise<void> {
  if (check.deviceId !== undefined) throw new Error('unable to push; the device’s platform does not take it now');
  const { deferredUntilMs, ...now } = check;
  await checks.checkLater([{ ...now, deviceId }], retrySeconds);
}

async function sendSms(
  ports: DeliverPorts,
  recipient: Recipient,
  notification: Notification,
  nowMs: number,
): Promise<void> {
  const { userId, settings } = recipient;
  if (settings.phoneNumber === undefined || !(await ports.smsBudget.spend(userId, nowMs))) return;
  const isTaken = await ports.sms.send(settings.phoneNumber, cut(lineOf(notification.wording), longestSms));
  ports.report({ ...aboutOf(notification), userId, ...reasonOf(isTaken ? 'accepted' : 'refused') });
}
