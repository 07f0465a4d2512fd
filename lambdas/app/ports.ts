import type { DevicePlatform } from '../../contract/device.ts';
import type { Ban } from '../domain/ban.ts';
import type { PushCause } from '../domain/change.ts';
import type { Connection, ConnectionPlace } from '../domain/connection.ts';
import type { Details, Head, Member } from '../domain/conversation.ts';
import type { Device } from '../domain/device.ts';
import type { Message, Preview } from '../domain/message.ts';

/**
 * What the use cases need from outside. `data` and `outbound` implement it; every method may throw a `ChatError`, UNAVAILABLE
 * where the service behind it can't answer now. Times are milliseconds since 1970.
 */

export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface Randomness {
  /** In [0, 1). */
  fraction(): number;
  /** 128 bits, in characters that an id may have. */
  id(): string;
}

/** A try to send: which member, under which key in its memory of recent sends, since when. */
export interface SendAttempt {
  conversationId: string;
  userId: string;
  key: string;
  lease: number;
}

export type Claim =
  | { outcome: 'claimed'; member: Member }
  /** The key is in the sender's memory: `lease` is that of the try that put it there. */
  | { outcome: 'repeated'; member: Member; lease: number }
  | { outcome: 'notMember' }
  | { outcome: 'banned' }
  /** The other side of a direct conversation wants nothing from this user. */
  | { outcome: 'blocked' };

export interface MemberStore {
  /** May I, have I? One conditional write. */
  claimSend(attempt: SendAttempt): Promise<Claim>;
  /** Replaces the lease of a dead try by that of `attempt`; false when somebody else was faster. One conditional write. */
  takeOverSend(attempt: SendAttempt, deadLease: number): Promise<boolean>;
  /** Forgets a try that was refused after its claim, so that nothing of it remains. One conditional write. */
  releaseSend(attempt: SendAttempt): Promise<void>;
  membersOf(conversationId: string): Promise<string[]>;
  /** The user's conversations, most recently active first. */
  conversationsOf(userId: string, page: PageRequest): Promise<IndexPage>;
}

export interface IndexPage {
  conversationIds: string[];
  /** For each of them, where a page after it starts. */
  cursors: string[];
  nextCursor?: string;
}

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

export interface SeqRequest {
  conversationId: string;
  /** Even where posting is limited, and as often as they like. */
  mayPostAnywhere: boolean;
  preview: Preview;
  /** When the sender last sent something here, if they did. */
  previousSendMs?: number | undefined;
}

export type SeqAllocation =
  | { outcome: 'allocated'; head: Head }
  | { outcome: 'closed' }
  | { outcome: 'notAllowed' }
  /** The conversation is in slow mode. */
  | { outcome: 'tooSoon'; retryAfterMs: number }
  /** There is no such conversation. */
  | { outcome: 'missing' };

/** A conversation as one of its members sees it; `member` is absent for anybody else. */
export interface View {
  head: Head;
  member?: Member;
}

/** Members whom a conversation has from the moment when it is there; one that can be found by its context gets no others before. */
export const membersAtOnce = 90;

export interface NewConversation {
  head: Head;
  members: Member[];
  details?: Details;
}

export interface ConversationStore {
  /** What number, may anyone? Takes the next seq; the head comes back as it is after it. One conditional write. */
  allocateSeq(request: SeqRequest): Promise<SeqAllocation>;
  /**
   * All at once or nothing. `wasThere`: there is a conversation of this id already; `blocked`: one side of the direct conversation
   * wants nothing from the other.
   */
  create(conversation: NewConversation): Promise<'created' | 'wasThere' | 'blocked'>;
  /** In the order asked for, those that do not exist left out. One batch read for up to 50 conversations. */
  viewsOf(userId: string, conversationIds: string[]): Promise<View[]>;
}

export interface MessageStore {
  append(message: Message): Promise<void>;
  /** The message that was written under this lease, looked for from the tail backwards. */
  findSent(sent: {
    conversationId: string;
    senderId: string;
    clientMessageId: string;
    lease: number;
  }): Promise<Message | undefined>;
  /** Up to `limit` messages on one side of a position, in that direction's order: descending before it, ascending after it. */
  page(request: { conversationId: string; limit: number } & HistoryRange): Promise<Message[]>;
}

/** `before` and `after` are exclusive; neither is the tail, descending. */
export interface HistoryRange {
  before?: number | undefined;
  after?: number | undefined;
}

export type Opening =
  /** `all`: what the user has now, this one and those that are over too. */
  | { outcome: 'opened'; all: Connection[] }
  | { outcome: 'banned' }
  /** As many connects as one may make in the window were made; after this time there is room for one. */
  | { outcome: 'tooMany'; retryAtMs: number }
  /** Its client hung up before it was open. */
  | { outcome: 'over' };

export interface ConnectionStore {
  /** One conditional write. */
  open(connection: Connection, connectsPerMinute: number): Promise<Opening>;
  /** Gives the conversations that it had joined; nothing where it was not there. One conditional write. */
  close(connection: ConnectionPlace, atMs: number): Promise<string[] | undefined>;
  /** Keeps one that is not there yet from being opened. One conditional write. */
  markOver(connection: ConnectionPlace & { connectedAtMs: number }, atMs: number): Promise<void>;
  /** As `close`, of several of one user. One write. */
  closeAll(userId: string, connectionIds: string[], atMs: number): Promise<void>;
  /** Several that were over already, or of which nobody is to hear. One write. */
  forget(userId: string, connectionIds: string[]): Promise<void>;
  /** Nothing where it is not there. One consistent read. */
  connectionOf(place: ConnectionPlace): Promise<Connection | undefined>;
  /** Moves its end; gives it as it is then, nothing where it is not there. One conditional write. */
  renew(place: ConnectionPlace, renewal: { expiresAtMs: number; scope: string }): Promise<Connection | undefined>;
  /** All of one user, those that are over too. One consistent read. */
  allOf(userId: string): Promise<Connection[]>;
  /** The live connections of all these users. */
  connectionsOf(userIds: string[], nowMs: number): Promise<Connection[]>;
}

export interface BanStore {
  /** From now on the user opens no connection, and no request of theirs is answered. One transaction of two writes. */
  ban(ban: Ban): Promise<void>;
  /** Who is not banned stays as they are. One transaction of two writes. */
  lift(userId: string, atMs: number): Promise<void>;
  /** One read without consistency: half a read unit. */
  isBanned(userId: string): Promise<boolean>;
  /** Newest first: one query of the index and one batch read. */
  bans(page: PageRequest): Promise<{ bans: Ban[]; nextCursor?: string }>;
}

export interface DeviceStore {
  devicesOf(userId: string): Promise<Device[]>;
  deviceOf(userId: string, deviceId: string): Promise<Device | undefined>;
  /**
   * Makes the device its address's only owner: somebody else's device of the same address is removed with it. `before`: what the
   * device was until now. One read, one transaction.
   */
  save(device: Device, before?: Device): Promise<void>;
  /** False where it is no longer at that address: then nothing is removed. One transaction. */
  remove(device: Device): Promise<boolean>;
}

/**
 * How a post to a connection ended. `later`: throttled, slow or failing, worth another try; `lost`: it will never be taken.
 */
export type PostOutcome = 'delivered' | 'gone' | 'later' | 'lost';

export interface Sockets {
  /** One try: a connection's trouble is an outcome. Throws only where no post can succeed, as without the right to. */
  post(connectionId: string, frame: string): Promise<PostOutcome>;
  /** Ends a connection; one that is gone is ended already. False where it can't be ended now: it ends by itself. */
  close(connectionId: string): Promise<boolean>;
}

/** A frame that could not be posted, for that connection alone. */
export interface UndeliveredFrame {
  connection: Omit<Connection, 'joined'>;
  frame: string;
}

export interface RetryQueue {
  retryLater(frames: UndeliveredFrame[]): Promise<void>;
}

/** Users who were not looking when a message came, up to 100: to be looked at again after the queue's delay. */
export interface PendingNotification extends PushCause {
  conversationId: string;
  userIds: string[];
}

export interface NotificationQueue {
  notifyLater(notifications: PendingNotification[]): Promise<void>;
}

export interface PushRegistry {
  /**
   * Registers the token, enabled; the same token again gives the same address, a new one where that is gone. VALIDATION_FAILED where
   * it is refused.
   */
  register(device: { platform: DevicePlatform; token: string; userId: string }): Promise<string>;
  unregister(endpointArn: string): Promise<void>;
}
