/**
 * Every key of the table, and no key anywhere else.
 *
 * | what | PK | SK | asked for by |
 * | --- | --- | --- | --- |
 * | conversation head | CONV#c | HEAD | id |
 * | its metadata | CONV#c | META | id |
 * | member | CONV#c | MEMBER#u | id and user; all of a conversation; all of a user by GSI1 |
 * | message | CONV#c | MSG#seq | a range of seqs |
 * | connections of a user | USER#u | CONNECTIONS | user |
 * | device | USER#u | DEVICE#d | user; user and id |
 */
export interface Key {
  PK: string;
  SK: string;
}

/** `#` separates the parts of a key, so that a part's own is written otherwise: two inputs never meet in one key. */
const part = (text: string) => text.replaceAll('%', '%25').replaceAll('#', '%23');
const original = (text: string) => text.replaceAll('%23', '#').replaceAll('%25', '%');

/** Sixteen digits hold every safe integer, and sort as numbers do. */
const seqPart = (seq: number) => String(seq).padStart(16, '0');

export const conversationPK = (conversationId: string) => `CONV#${part(conversationId)}`;
export const userPK = (userId: string) => `USER#${part(userId)}`;

export const headKey = (conversationId: string): Key => ({ PK: conversationPK(conversationId), SK: 'HEAD' });
export const metadataKey = (conversationId: string): Key => ({ PK: conversationPK(conversationId), SK: 'META' });

export const memberPrefix = 'MEMBER#';
export const memberKey = (conversationId: string, userId: string): Key => ({
  PK: conversationPK(conversationId),
  SK: memberPrefix + part(userId),
});

export const messagePrefix = 'MSG#';
export const messageKey = (conversationId: string, seq: number): Key => ({
  PK: conversationPK(conversationId),
  SK: messagePrefix + seqPart(seq),
});
/** Sorts after every message of a conversation. */
export const afterAllMessages = `${messagePrefix}~`;

export const connectionsKey = (userId: string): Key => ({ PK: userPK(userId), SK: 'CONNECTIONS' });

export const devicePrefix = 'DEVICE#';
export const deviceKey = (userId: string, deviceId: string): Key => ({
  PK: userPK(userId),
  SK: devicePrefix + part(deviceId),
});

/** What the last part of a key names, from an item of the table. */
const lastPart = (key: unknown, partsBefore = 1): string =>
  original(String(key).split('#').slice(partsBefore).join('#'));
type Keyed = { PK?: unknown; SK?: unknown };
export const conversationOf = ({ PK }: Keyed): string => lastPart(PK);
export const userOf = ({ PK }: Keyed): string => lastPart(PK);
export const memberOf = ({ SK }: Keyed): string => lastPart(SK);
export const deviceOf = ({ SK }: Keyed): string => lastPart(SK);
/** From a key of GSI1. */
export const conversationOfActivity = ({ GSI1SK }: { GSI1SK?: unknown }): string => lastPart(GSI1SK, 2);

export const activityPrefix = 'CONV#';
/** A bucket of one hour: fine enough for a list's rough order, coarse enough that it moves once an hour at most. */
const activityBucketMs = 3_600_000;
const activityPart = (activityMs: number) =>
  Math.floor(activityMs / activityBucketMs)
    .toString()
    .padStart(8, '0');

/** Where a member item stands in its user's list of conversations. */
export const activityKey = (userId: string, conversationId: string, activityMs: number) => ({
  GSI1PK: userPK(userId),
  GSI1SK: `${activityPrefix}${activityPart(activityMs)}#${part(conversationId)}`,
});

/** The full key of a member item in GSI1, from its sort key alone: where a page starts. */
export const activityStartKey = (userId: string, sortKey: string) => {
  const conversationId = conversationOfActivity({ GSI1SK: sortKey });
  return { ...memberKey(conversationId, userId), GSI1PK: userPK(userId), GSI1SK: sortKey };
};
