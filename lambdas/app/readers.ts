import { limits } from '../../contract/limits.ts';
import type { Message as PublicMessage } from '../../contract/message.ts';
import type { Head, Member } from '../domain/conversation.ts';
import { type Message, publicMessage } from '../domain/message.ts';
import type { Principal } from '../domain/principal.ts';
import { statusFor, type Watermarks, weakestOf } from '../domain/receipt.ts';
import { actorOf, may } from '../domain/roles.ts';
import { admit, refuseStranger } from './admit.ts';
import type { Given, ReaderStore } from './revision-ports.ts';
import { sharesReceipts } from './shares-receipts.ts';

export type Caller = Pick<Principal, 'userId' | 'scopes'>;

export interface ReaderPorts {
  readers: ReaderStore;
}

/** Who reads a conversation, and what they need to see its messages as theirs. */
export interface Reader {
  /** As in `unable to <operation>`. */
  operation: string;
  caller: Caller;
  head: Head;
  /** Absent for a stranger, for a backend, and where the conversation has too many members to have found it among the first. */
  member?: Member;
  /** Absent where status is not told: there is nobody else, or there are too many. */
  weakest?: Watermarks;
}

/** The head and the members: one query. Refuses where that is enough to know that the caller is none of them. */
export async function readerOf(
  { readers }: ReaderPorts,
  caller: Caller,
  conversationId: string,
  operation: string,
): Promise<Reader> {
  const { head, members } = await readers.headAndMembers(conversationId, limits.receiptMembers);
  const member = members.find(({ userId }) => userId === caller.userId);
  const found = { ...(head && { head }), ...(member && { member }) };
  if (head && !sharesReceipts(head)) return { operation, caller, head, ...found };
  const weakest = weakestOf(members, caller.userId);
  return {
    operation,
    caller,
    ...admit(found, { principal: caller, right: 'read', operation }),
    ...(weakest && { weakest }),
  };
}

/** Messages as their reader sees them: no read, or one batch read. FORBIDDEN to anyone but a member. */
export async function seenBy(
  { readers }: ReaderPorts,
  { operation, caller, head, member, weakest }: Reader,
  messages: Message[],
): Promise<PublicMessage[]> {
  const { userId } = caller;
  const given = messages.flatMap(givenOn);
  const { conversationId } = head;
  const own = await readers.ownParts({ userId, conversationId, given, withMember: !mayRead(caller, head, member) });
  if (!mayRead(caller, head, member ?? own.member)) return refuseStranger(operation);
  const mine = Map.groupBy(own.reactions, ({ seq }) => seq);
  return messages.map((message) =>
    publicMessage(message, {
      status: statusFor(userId, message, weakest),
      mine: new Set(mine.get(message.seq)?.map(({ emoji }) => emoji)),
    }),
  );
}

const mayRead = (caller: Caller, { type }: Head, member?: Member) => may(actorOf(caller, member), 'read', type);

const givenOn = ({ seq, reactions = {} }: Message): Given[] => Object.keys(reactions).map((emoji) => ({ seq, emoji }));
