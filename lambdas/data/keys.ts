import { activityBucketOf } from '../domain/activity.ts';
import { indexedTitle } from '../domain/folded-text.ts';
import type { ScheduledPlace } from '../domain/scheduled-message.ts';

/**
 * Every key of the table, and no key anywhere else.
 *
 * | what | PK | SK | GSI1PK / GSI1SK | asked for by |
 * | --- | --- | --- | --- | --- |
 * | conversation head | CONV#c | HEAD | CHANNELS / title#c, public channels only | id; words of the title |
 * | its details | CONV#c | META | | id |
 * | member | CONV#c | MEMBER#u | USER#u / CONV#activity#c, and #u2 in a direct conversation | id and user; all of a conversation; all of a user |
 * | message | CONV#c | MSG#seq | REPLIES#c#parent / seq, replies only | a range of seqs; the message it answers |
 * | revision of a message | CONV#c | REV#seq#rev | | the message |
 * | mark of a revision | CONV#c | CHANGE#rev | | a range of revs |
 * | reaction | CONV#c | REACT#seq#emoji#u | | the message; message and emoji; all of it |
 * | pins | CONV#c | PINS | | id |
 * | connections that hear who is typing | CONV#c | WATCHERS | | id |
 * | file, sent or waiting for its message | CONV#c | FILE#id | | its id |
 * | service that sends without being a member | CONV#c | SENDER#u | | id and user |
 * | message that waits for its time | CONV#c | SCHEDULED#u#id | | its sender; id |
 * | how many of them a sender has | CONV#c | SCHEDULES#u | | its sender |
 * | profile | USER#u | PROFILE | | user |
 * | block | USER#u | BLOCK#u2 | | user; both |
 * | the same, for the one blocked | USER#u2 | BLOCKER#u | | with the blocks by the same user |
 * | connections of a user | USER#u | CONNECTIONS | | user |
 * | device | USER#u | DEVICE#d | | user; user and id |
 * | whose a device's address is | ENDPOINT#arn | OWNER | | address |
 * | public keys of a device | USER#u | KEY#d | | user |
 * | one-time key | USER#u | OTK#d#generation#keyId | | device and generation |
 * | which devices have keys | USER#u | KEYRING | | user |
 * | settings of notifications | USER#u | NOTIFICATIONS | | user |
 * | bytes uploaded on a day | USER#u | UPLOADS#day | | user and day |
 * | SMS sent on a day, to one and to all | USER#u, SMS#day | SMS#day, TOTAL | | user and day; day |
 * | rate limits of a user, apart so that it can be granted alone | RATE#u | RATE | | user |
 * | ban of a user, apart for the same reason | BAN#u | BAN | BANS / time#u | user; all, by time |
 * | report of a message | REPORT#id | REPORT | REPORTS#status / time#id | id; all of a status, by time |
 * | access by an administrator | AUDIT#month | time#id | | a range of times |
 */
export type Key = {
  PK: string;
  SK: string;
};

export type IndexKey = {
  GSI1PK: string;
  GSI1SK: string;
};

/** `#` separates the parts of a key, so that a part's own is written otherwise: two inputs never meet in one key. */
const part = (text: string) => text.replaceAll('%', '%25').replaceAll('#', '%23');
const original = (text: string) => text.replaceAll('%23', '#').replaceAll('%25', '%');

/** Sixteen digits hold every safe integer, and sort as numbers do. */
const numberPart = (number: number) => String(number).padStart(16, '0');

/** `$` follows `#` in ASCII: a bound after every key that begins with this prefix, whatever its parts hold. */
const afterAll = (prefix: string) => prefix.replace(/#$/, '$');

// A conversation

export const conversationPK = (conversationId: string) => `CONV#${part(conversationId)}`;
const inConversation = (conversationId: string, SK: string): Key => ({ PK: conversationPK(conversationId), SK });

export const headKey = (conversationId: string): Key => inConversation(conversationId, 'HEAD');
export const detailsKey = (conversationId: string): Key => inConversation(conversationId, 'META');
export const pinsKey = (conversationId: string): Key => inConversation(conversationId, 'PINS');
export const watchersKey = (conversationId: string): Key => inConversation(conversationId, 'WATCHERS');

export const memberPrefix = 'MEMBER#';
export const memberKey = (conversationId: string, userId: string): Key =>
  inConversation(conversationId, memberPrefix + part(userId));
/** Sorts after every member of a conversation; from the head to here are the head and all the members. */
export const afterAllMembers = afterAll(memberPrefix);

export const senderKey = (conversationId: string, userId: string): Key =>
  inConversation(conversationId, `SENDER#${part(userId)}`);

export const fileKey = (conversationId: string, fileId: string): Key =>
  inConversation(conversationId, `FILE#${part(fileId)}`);

export const messagePrefix = 'MSG#';
export const messageKey = (conversationId: string, seq: number): Key =>
  inConversation(conversationId, messagePrefix + numberPart(seq));
/** Sorts after every message of a conversation. */
export const afterAllMessages = afterAll(messagePrefix);

export const revisionPrefix = (seq: number) => `REV#${numberPart(seq)}#`;
export const revisionKey = (conversationId: string, seq: number, rev: number): Key =>
  inConversation(conversationId, revisionPrefix(seq) + numberPart(rev));
/** Sorts after every revision of a message, and before those of the next. */
export const afterAllRevisions = (seq: number) => afterAll(revisionPrefix(seq));

export const markPrefix = 'CHANGE#';
export const markKey = (conversationId: string, rev: number): Key =>
  inConversation(conversationId, markPrefix + numberPart(rev));
/** Sorts after every mark of a conversation. */
export const afterAllMarks = afterAll(markPrefix);

/** All reactions to a message; or, with an emoji, those that give it. */
export const reactionPrefix = (seq: number, emoji?: string) =>
  `REACT#${numberPart(seq)}#${emoji === undefined ? '' : `${part(emoji)}#`}`;
export const reactionKey = (conversationId: string, seq: number, emoji: string, userId: string): Key =>
  inConversation(conversationId, reactionPrefix(seq, emoji) + part(userId));

/** All that one sender has scheduled in a conversation. */
export const scheduledPrefix = (senderId: string) => `SCHEDULED#${part(senderId)}#`;
export const scheduledKey = ({ conversationId, senderId, scheduledId }: ScheduledPlace): Key =>
  inConversation(conversationId, scheduledPrefix(senderId) + part(scheduledId));
export const openSchedulesKey = ({ conversationId, senderId }: Omit<ScheduledPlace, 'scheduledId'>): Key =>
  inConversation(conversationId, `SCHEDULES#${part(senderId)}`);

// A user

export const userPK = (userId: string) => `USER#${part(userId)}`;
const ofUser = (userId: string, SK: string): Key => ({ PK: userPK(userId), SK });

export const profileKey = (userId: string): Key => ofUser(userId, 'PROFILE');
export const connectionsKey = (userId: string): Key => ofUser(userId, 'CONNECTIONS');

export const blockPrefix = 'BLOCK#';
export const blockKey = (userId: string, blockedUserId: string): Key =>
  ofUser(userId, blockPrefix + part(blockedUserId));
const blockerPrefix = 'BLOCKER#';
export const blockerKey = (blockedUserId: string, userId: string): Key =>
  ofUser(blockedUserId, blockerPrefix + part(userId));
/** Begins the keys of both, blocks before blockers. */
export const eitherBlockPrefix = 'BLOCK';

export const devicePrefix = 'DEVICE#';
export const deviceKey = (userId: string, deviceId: string): Key => ofUser(userId, devicePrefix + part(deviceId));
export const endpointKey = (endpointArn: string): Key => ({ PK: `ENDPOINT#${part(endpointArn)}`, SK: 'OWNER' });

export const deviceKeysPrefix = 'KEY#';
export const deviceKeysKey = (userId: string, deviceId: string): Key =>
  ofUser(userId, deviceKeysPrefix + part(deviceId));
export const keyRingKey = (userId: string): Key => ofUser(userId, 'KEYRING');
/** All one-time keys of a device; or, with a generation, those of that. */
export const oneTimeKeyPrefix = (deviceId: string, generation?: string) =>
  `OTK#${part(deviceId)}#${generation === undefined ? '' : `${part(generation)}#`}`;
export const oneTimeKeyKey = (userId: string, deviceId: string, generation: string, keyId: number): Key =>
  ofUser(userId, oneTimeKeyPrefix(deviceId, generation) + numberPart(keyId));

export const notificationsKey = (userId: string): Key => ofUser(userId, 'NOTIFICATIONS');
/** `day` as in 2026-01-31. */
export const smsUserKey = (userId: string, day: string): Key => ofUser(userId, `SMS#${day}`);
export const uploadsKey = (userId: string, day: string): Key => ofUser(userId, `UPLOADS#${day}`);
export const smsTotalKey = (day: string): Key => ({ PK: `SMS#${day}`, SK: 'TOTAL' });

/** Every function behind an API may write these, and those that read alone must not write anything else of a user. */
export const rateKey = (userId: string): Key => ({ PK: `RATE#${part(userId)}`, SK: 'RATE' });

/** Every function behind an API may read these of all that there is of a user. */
export const banKey = (userId: string): Key => ({ PK: `BAN#${part(userId)}`, SK: 'BAN' });

// Administrators

export const reportKey = (reportId: string): Key => ({ PK: `REPORT#${part(reportId)}`, SK: 'REPORT' });

/** `month` as in 2026-01. */
export const auditPK = (month: string) => `AUDIT#${month}`;
export const auditKey = (month: string, atMs: number, id: string): Key => ({
  PK: auditPK(month),
  SK: `${auditBound(atMs)}#${part(id)}`,
});
/** Sorts before every entry of this millisecond, and after all those before it. */
export const auditBound = numberPart;

// The index

export const activityPrefix = 'CONV#';
const activityPart = (activityMs: number) => activityBucketOf(activityMs).toString().padStart(8, '0');

/** Where a member item stands in its user's list of conversations; that of a direct one says with whom it is. */
export const activityKey = (
  userId: string,
  conversationId: string,
  activityMs: number,
  otherUserId?: string,
): IndexKey => ({
  GSI1PK: userPK(userId),
  GSI1SK: `${activityPrefix}${activityPart(activityMs)}#${part(conversationId)}${otherUserId === undefined ? '' : `#${part(otherUserId)}`}`,
});

/** The full key of a member item in GSI1, from its sort key alone: where a page starts. */
export const activityStartKey = (userId: string, sortKey: string): Key & IndexKey => {
  const conversationId = conversationOfActivity({ GSI1SK: sortKey });
  return { ...memberKey(conversationId, userId), GSI1PK: userPK(userId), GSI1SK: sortKey };
};

export const repliesPK = (conversationId: string, parentSeq: number) =>
  `REPLIES#${part(conversationId)}#${numberPart(parentSeq)}`;
/** Where a reply stands below the message that it answers. */
export const replyKey = (conversationId: string, parentSeq: number, seq: number): IndexKey => ({
  GSI1PK: repliesPK(conversationId, parentSeq),
  GSI1SK: numberPart(seq),
});
/** The full key of a reply in GSI1: where a page starts. */
export const replyStartKey = (conversationId: string, parentSeq: number, seq: number): Key & IndexKey => ({
  ...messageKey(conversationId, seq),
  ...replyKey(conversationId, parentSeq, seq),
});

export const channelsPK = 'CHANNELS';
/** Where a public channel stands among all of them. */
export const channelKey = (conversationId: string, title: string): IndexKey => ({
  GSI1PK: channelsPK,
  GSI1SK: `${part(indexedTitle(title))}#${part(conversationId)}`,
});
/** The full key of a head in GSI1, from its sort key alone: where a page starts. */
export const channelStartKey = (sortKey: string): Key & IndexKey => ({
  ...headKey(channelOf({ GSI1SK: sortKey }).conversationId),
  GSI1PK: channelsPK,
  GSI1SK: sortKey,
});

export const bansPK = 'BANS';
/** Where a ban stands among all of them. */
export const banPlace = (userId: string, bannedAtMs: number): IndexKey => ({
  GSI1PK: bansPK,
  GSI1SK: `${numberPart(bannedAtMs)}#${part(userId)}`,
});
/** The full key of a ban in GSI1, from its sort key alone: where a page starts. */
export const banStartKey = (sortKey: string): Key & IndexKey => ({
  ...banKey(partAt(sortKey, 1)),
  GSI1PK: bansPK,
  GSI1SK: sortKey,
});

export const reportsPK = (status: string) => `REPORTS#${status}`;
/** Where a report stands among all of its status. */
export const reportPlace = (reportId: string, status: string, atMs: number): IndexKey => ({
  GSI1PK: reportsPK(status),
  GSI1SK: `${numberPart(atMs)}#${part(reportId)}`,
});
/** The full key of a report in GSI1: where a page starts. */
export const reportStartKey = (status: string, sortKey: string): Key & IndexKey => ({
  ...reportKey(partAt(sortKey, 1)),
  GSI1PK: reportsPK(status),
  GSI1SK: sortKey,
});

// What a key says

type Keyed = { PK?: unknown; SK?: unknown };
type Indexed = { GSI1SK?: unknown };

const partsOf = (key: unknown): string[] => String(key).split('#').map(original);
const partAt = (key: unknown, place: number): string => partsOf(key)[place] ?? '';

export const conversationOf = ({ PK }: Keyed): string => partAt(PK, 1);
export const userOf = ({ PK }: Keyed): string => partAt(PK, 1);
export const memberOf = ({ SK }: Keyed): string => partAt(SK, 1);
export const senderOf = memberOf;
export const fileOf = memberOf;
export const blockedOf = memberOf;
export const deviceOf = memberOf;
export const oneTimeKeyIdOf = ({ SK }: Keyed): number => Number(partAt(SK, 3));
export const reportOf = userOf;
export const auditIdOf = memberOf;

export const scheduledPlaceOf = ({ PK, SK }: Keyed): ScheduledPlace => ({
  conversationId: conversationOf({ PK }),
  senderId: partAt(SK, 1),
  scheduledId: partAt(SK, 2),
});

export const reactionOf = ({ SK }: Keyed): { seq: number; emoji: string; userId: string } => {
  const [, seq, emoji = '', userId = ''] = partsOf(SK);
  return { seq: Number(seq), emoji, userId };
};

/** From keys of GSI1. */
export const conversationOfActivity = ({ GSI1SK }: Indexed): string => partAt(GSI1SK, 2);
export const otherOfActivity = ({ GSI1SK }: Indexed): string | undefined => partsOf(GSI1SK)[3];
export const replySeqOf = ({ GSI1SK }: Indexed): number => Number(GSI1SK);
export const channelOf = ({ GSI1SK }: Indexed): { foldedTitle: string; conversationId: string } => ({
  foldedTitle: partAt(GSI1SK, 0),
  conversationId: partAt(GSI1SK, 1),
});
