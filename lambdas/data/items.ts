import type { OneTimeKey } from '../../contract/keys.ts';
import type { Profile } from '../../contract/user.ts';
import { type AuditEntry, monthOf } from '../domain/audit.ts';
import type { Ban } from '../domain/ban.ts';
import type { Block } from '../domain/block.ts';
import type { Change } from '../domain/change.ts';
import type { Connection } from '../domain/connection.ts';
import type { Details, Head, Member } from '../domain/conversation.ts';
import type { Device } from '../domain/device.ts';
import type { DeviceKeys } from '../domain/device-keys.ts';
import { type ChatFile, unsentMs } from '../domain/file.ts';
import type { Message, Reaction, Revision, RevisionMark } from '../domain/message.ts';
import type { Pin } from '../domain/pin.ts';
import type { Attendance } from '../domain/presence.ts';
import type { Report } from '../domain/report.ts';
import type { ScheduledMessage } from '../domain/scheduled-message.ts';
import type { Sender } from '../domain/sender.ts';
import type { Watcher } from '../domain/watchers.ts';
import * as keys from './keys.ts';
import type { Item } from './table.ts';

/**
 * What the table holds of each entity, and back. An id that the key holds is not held twice. `emit` names what a write announces,
 * with `changed` beside it: a write with nothing to announce has neither. The table is ours alone and was checked when it was
 * written, so that what is read from it is trusted and not parsed again.
 */

type ChangeOfHead = Extract<Change, { head: Head }>;

/** What a write to a head announces. */
export interface HeadAnnouncement {
  emit: ChangeOfHead['emit'];
  changed?: ChangeOfHead['changed'];
}

type ScheduledAnnouncement = Pick<Extract<Change, { emit: 'scheduled.failed' }>, 'emit' | 'changed'>;

export const headItem = ({ conversationId, ...head }: Head, announcement?: HeadAnnouncement): Item => ({
  ...keys.headKey(conversationId),
  ...(isListed(head) && keys.channelKey(conversationId, head.title ?? '')),
  entity: 'conversation',
  ...announcement,
  ...head,
});
export const headFrom = (item: Item): Head =>
  ({ ...attributesOf(item), conversationId: keys.conversationOf(item) }) as Head;

/** Whether anybody may find it: a public channel that is open. */
export const isListed = ({ visibility, closedAtMs }: Pick<Head, 'visibility' | 'closedAtMs'>): boolean =>
  visibility === 'public' && closedAtMs === undefined;

export const detailsItem = (conversationId: string, details: Details): Item => ({
  ...keys.detailsKey(conversationId),
  entity: 'details',
  ...details,
});
export const detailsFrom = (item: Item): Details => attributesOf(item);

export const memberItem = (
  { conversationId, userId, ...member }: Member,
  activityMs: number,
  otherUserId?: string,
): Item => ({
  ...keys.memberKey(conversationId, userId),
  ...keys.activityKey(userId, conversationId, activityMs, otherUserId),
  entity: 'member',
  ...member,
});
export const memberFrom = (item: Item): Member =>
  ({ ...attributesOf(item), conversationId: keys.conversationOf(item), userId: keys.memberOf(item) }) as Member;

export const senderItem = ({ conversationId, userId, ...sender }: Sender): Item => ({
  ...keys.senderKey(conversationId, userId),
  entity: 'sender',
  ...sender,
});
export const senderFrom = (item: Item): Sender =>
  ({ ...attributesOf(item), conversationId: keys.conversationOf(item), userId: keys.senderOf(item) }) as Sender;

/** `reactions` is there from the start: an update can only write into a map that exists. */
export const messageItem = ({ conversationId, ...message }: Message): Item => ({
  ...keys.messageKey(conversationId, message.seq),
  ...(message.replyTo !== undefined && keys.replyKey(conversationId, message.replyTo, message.seq)),
  entity: 'message',
  emit: 'message.created',
  reactions: {},
  ...message,
});
export const messageFrom = (item: Item): Message => {
  const { reactions = {}, ...message } = attributesOf(item);
  const given = Object.keys(reactions as object).length > 0 && { reactions };
  return { ...message, ...given, conversationId: keys.conversationOf(item) } as Message;
};

/** Its end, where that is a failure, is to be told: at the time when it is written. */
export const scheduledItem = (
  { conversationId, senderId, scheduledId, ...scheduled }: ScheduledMessage,
  announcement?: ScheduledAnnouncement,
): Item => ({
  ...keys.scheduledKey({ conversationId, senderId, scheduledId }),
  entity: 'scheduled',
  ...announcement,
  ...scheduled,
});
export const scheduledFrom = (item: Item): ScheduledMessage =>
  ({ ...attributesOf(item), ...keys.scheduledPlaceOf(item) }) as ScheduledMessage;

/** What no message carries or is going to carry is forgotten, as the bucket forgets what lies there. */
export const fileItem = ({ conversationId, fileId, ...file }: ChatFile): Item => ({
  ...keys.fileKey(conversationId, fileId),
  entity: 'file',
  ...(file.seq === undefined &&
    file.heldFor === undefined && { ttl: Math.ceil((file.createdAtMs + unsentMs) / 1_000) }),
  ...file,
});
export const fileFrom = (item: Item): ChatFile => {
  const { ttl, ...file } = attributesOf(item);
  return { ...file, conversationId: keys.conversationOf(item), fileId: keys.fileOf(item) } as ChatFile;
};

export const revisionItem = ({ conversationId, ...revision }: Revision): Item => ({
  ...keys.revisionKey(conversationId, revision.seq, revision.rev),
  entity: 'revision',
  ...revision,
});
export const revisionFrom = (item: Item): Revision =>
  ({ ...attributesOf(item), conversationId: keys.conversationOf(item) }) as Revision;

export const markItem = ({ conversationId, ...mark }: RevisionMark): Item => ({
  ...keys.markKey(conversationId, mark.rev),
  entity: 'mark',
  ...mark,
});
export const markFrom = (item: Item): RevisionMark =>
  ({ ...attributesOf(item), conversationId: keys.conversationOf(item) }) as RevisionMark;

export const reactionItem = ({ conversationId, seq, emoji, userId, atMs }: Reaction): Item => ({
  ...keys.reactionKey(conversationId, seq, emoji, userId),
  entity: 'reaction',
  atMs,
});
export const reactionFrom = (item: Item): Reaction => ({
  ...keys.reactionOf(item),
  conversationId: keys.conversationOf(item),
  atMs: Number(item.atMs),
});

/** One item a conversation, bounded: a map from seq to time, so that it is read whole and its size is a condition. */
export const pinsItem = (conversationId: string, pins: Pin[]): Item => ({
  ...keys.pinsKey(conversationId),
  entity: 'pins',
  pins: Object.fromEntries(pins.map(({ seq, atMs }) => [seq, atMs])),
});
export const pinsFrom = (item: Item): Pin[] =>
  Object.entries(item.pins ?? {}).map(([seq, atMs]) => ({ seq: Number(seq), atMs: Number(atMs) }));

export const profileItem = (userId: string, profile: Profile): Item => ({
  ...keys.profileKey(userId),
  entity: 'profile',
  ...profile,
});
export const profileFrom = (item: Item): Profile => attributesOf(item) as Profile;

export const blockItem = ({ userId, blockedUserId, atMs }: Block): Item => ({
  ...keys.blockKey(userId, blockedUserId),
  entity: 'block',
  atMs,
});
export const blockFrom = (item: Item): Block => ({
  userId: keys.userOf(item),
  blockedUserId: keys.blockedOf(item),
  atMs: Number(item.atMs),
});

/** The block as the one blocked has it: who must know all whom either has blocked reads one partition. */
export const blockerItem = ({ userId, blockedUserId, atMs }: Block): Item => ({
  ...keys.blockerKey(blockedUserId, userId),
  entity: 'blocker',
  atMs,
});

export const deviceItem = ({ userId, deviceId, ...device }: Device): Item => ({
  ...keys.deviceKey(userId, deviceId),
  entity: 'device',
  ...device,
});
export const deviceFrom = (item: Item): Device =>
  ({ ...attributesOf(item), userId: keys.userOf(item), deviceId: keys.deviceOf(item) }) as Device;

export const ownerItem = ({ endpointArn, userId, deviceId }: Device): Item => ({
  ...keys.endpointKey(endpointArn),
  entity: 'owner',
  userId,
  deviceId,
});

export const deviceKeysItem = ({ userId, deviceId, ...keysOfDevice }: DeviceKeys): Item => ({
  ...keys.deviceKeysKey(userId, deviceId),
  entity: 'deviceKeys',
  ...keysOfDevice,
});
export const deviceKeysFrom = (item: Item): DeviceKeys =>
  ({ ...attributesOf(item), userId: keys.userOf(item), deviceId: keys.deviceOf(item) }) as DeviceKeys;

export const oneTimeKeyItem = (
  { userId, deviceId, generation }: Pick<DeviceKeys, 'userId' | 'deviceId' | 'generation'>,
  { keyId, publicKey }: OneTimeKey,
): Item => ({
  ...keys.oneTimeKeyKey(userId, deviceId, generation, keyId),
  entity: 'oneTimeKey',
  publicKey,
});
export const oneTimeKeyFrom = (item: Item): OneTimeKey => ({
  keyId: keys.oneTimeKeyIdOf(item),
  publicKey: String(item.publicKey),
});

/** One item a user, one attribute a connection: the first connection needs no item to be there, nor a map in it. */
export const connectionAttribute = (connectionId: string) => `${connectionPrefix}${connectionId}`;
const connectionPrefix = 'conn#';

/** `joined` is a map, so that joining and leaving are a write each; it is there from the start, as a map to write into must be. */
type ConnectionValue = Omit<Connection, 'connectionId' | 'userId' | 'joined'> & { joined: Record<string, true> };

export const connectionValue = ({
  openedAtMs,
  expiresAtMs,
}: Pick<Connection, 'openedAtMs' | 'expiresAtMs'>): ConnectionValue => ({
  openedAtMs,
  expiresAtMs,
  joined: {},
});

/** All that the item holds, those that are over too. */
export const connectionsFrom = (item: Item): Connection[] =>
  Object.entries(item)
    .filter(([name]) => name.startsWith(connectionPrefix))
    .map(([name, value]) => {
      const { joined, ...connection } = value as ConnectionValue;
      const connectionId = name.slice(connectionPrefix.length);
      return { ...connection, joined: Object.keys(joined), connectionId, userId: keys.userOf(item) };
    });

/** Of nobody who ever came, where there is no item. */
export const attendanceFrom = (item: Item = {}): Attendance => ({
  connections: connectionsFrom(item),
  ...(item.lastSeenAtMs !== undefined && { lastSeenAtMs: Number(item.lastSeenAtMs) }),
  ...(item.leftAway === true && { leftAway: true }),
});

/** One item a conversation, a map from connection to this: short, so that as many as may watch are read with one read unit. */
export const watcherValue = ({ expiresAtMs, userId }: Watcher): string =>
  `${Math.floor(expiresAtMs / 1_000)} ${userId}`;

/** All that the item holds, those that are over too. */
export const watchersFrom = (item: Item): Watcher[] =>
  Object.entries(item.watchers ?? {}).map(([connectionId, value]) => watcherFrom(connectionId, String(value)));

function watcherFrom(connectionId: string, value: string): Watcher {
  const gap = value.indexOf(' ');
  return { connectionId, userId: value.slice(gap + 1), expiresAtMs: Number(value.slice(0, gap)) * 1_000 };
}

export const banItem = ({ userId, ...ban }: Ban): Item => ({
  ...keys.banKey(userId),
  ...keys.banPlace(userId, ban.bannedAtMs),
  entity: 'ban',
  ...ban,
});
export const banFrom = (item: Item): Ban => ({ ...attributesOf(item), userId: keys.userOf(item) }) as Ban;

export const reportItem = ({ reportId, ...report }: Report): Item => ({
  ...keys.reportKey(reportId),
  ...keys.reportPlace(reportId, report.status, report.createdAtMs),
  entity: 'report',
  ...report,
});
export const reportFrom = (item: Item): Report => ({ ...attributesOf(item), reportId: keys.reportOf(item) }) as Report;

export const auditItem = ({ id, ...entry }: AuditEntry): Item => ({
  ...keys.auditKey(monthOf(entry.atMs), entry.atMs, id),
  entity: 'audit',
  ...entry,
});
export const auditFrom = (item: Item): AuditEntry =>
  ({ ...attributesOf(item), id: keys.auditIdOf(item) }) as AuditEntry;

function attributesOf(item: Item): Item {
  const { PK, SK, GSI1PK, GSI1SK, entity, emit, changed, ...attributes } = item;
  return attributes;
}
