import type { DomainEvent, DomainEventDetail } from '../../contract/domain-event.ts';
import type { Presence } from '../../contract/user.ts';
import type { Device } from './device.ts';
import { baseOf } from './domain-events.ts';

/** Of who is away, nothing: they are online still. */
export function presenceEvent(userId: string, presence: Presence, changedAtMs: number): DomainEvent | undefined {
  const { status, lastSeenAt } = presence;
  if (status === 'away') return undefined;
  const base = baseOf(changedAtMs, `user.${status}`, userId, changedAtMs);
  const detail = { ...base, user: { userId } };
  if (status === 'online') return { detailType: 'chat.user.online', detail };
  return { detailType: 'chat.user.offline', detail: { ...detail, ...(lastSeenAt !== undefined && { lastSeenAt }) } };
}

export interface NotificationOutcome {
  userId: string;
  conversationId: string;
  messageId: string;
  /** By SMS where there is none. */
  device?: Pick<Device, 'deviceId' | 'platform'>;
  /** Of a failure that nobody tries again. */
  reason?: DomainEventDetail<'chat.notification.failed'>['reason'];
}

export function notificationEvent(outcome: NotificationOutcome, atMs: number): DomainEvent {
  const { userId, conversationId, messageId, device, reason } = outcome;
  const channel = device ? ('push' as const) : ('sms' as const);
  const kind = reason === undefined ? 'notification.sent' : 'notification.failed';
  const detail = {
    ...baseOf(atMs, kind, messageId, userId, channel, device?.deviceId ?? ''),
    user: { userId },
    conversationId,
    messageId,
    channel,
    ...(device && { device: { deviceId: device.deviceId, platform: device.platform } }),
  };
  if (reason === undefined) return { detailType: 'chat.notification.sent', detail };
  return { detailType: 'chat.notification.failed', detail: { ...detail, reason } };
}
