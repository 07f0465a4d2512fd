import type { MovedWatermark } from '../../contract/receipt.ts';
import type { ReceiptChange } from '../domain/change.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { type Head, type Member, unreadCountOf } from '../domain/conversation.ts';
import { receiptOf } from '../domain/receipt.ts';
import { isLeaseOver } from '../domain/send-lease.ts';
import type { Clock, ConversationStore } from './ports.ts';
import type { ReceiptStore } from './reader-ports.ts';
import { sharesReceipts } from './shares-receipts.ts';

export interface WatermarkPorts {
  conversations: Pick<ConversationStore, 'viewsOf'>;
  receipts: ReceiptStore;
  clock: Clock;
}

export interface WatermarkRequest {
  kind: 'read' | 'delivered';
  userId: string;
  conversationId: string;
  /** Without it, to the end. */
  seq?: number | undefined;
  /** The connection that it came by, if it came by one. */
  via?: string;
}

const operation = 'move the watermark';

/** A send takes some ten milliseconds; what has not ended after all these tries has died. */
const mostTries = 8;
const waitMs = 50;

/**
 * Moves the caller's own watermark, forward only: one batch read and one conditional write; no write for what is not forward.
 * Reading while own messages are not behind yet takes one query more, which counts them, two where it is not to the end.
 * FORBIDDEN to anyone but a member, VALIDATION_FAILED past the last message, UNAVAILABLE where writes of the same user to the
 * conversation keep coming between.
 */
export const moveWatermark =
  (ports: WatermarkPorts) =>
  async (request: WatermarkRequest): Promise<MovedWatermark> => {
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const place = await placeOf(ports, request);
      const moved = await moveTo(ports, request, place, { isLastTry: tries === mostTries });
      if (moved) return { receipt: receiptOf(moved), unreadCount: unreadCountOf(place.head, moved) };
      await ports.clock.sleep(waitMs);
    }
    return refuse('UNAVAILABLE', operation, 'too much else is going on');
  };

interface Place {
  head: Head;
  member: Member;
  /** Where the watermark is to be. */
  seq: number;
}

async function placeOf({ conversations }: WatermarkPorts, request: WatermarkRequest): Promise<Place> {
  const [view] = await conversations.viewsOf(request.userId, [request.conversationId]);
  if (!view?.member) return refuseStranger();
  const { head, member } = view;
  const seq = request.seq ?? head.lastSeq;
  if (seq > head.lastSeq) refuseFields(operation, [{ path: 'seq', message: 'must not be past the last message' }]);
  return { head, member, seq };
}

const refuseStranger = (): never => refuse('FORBIDDEN', operation, 'the caller is not a member of the conversation');

/** The member as it is then; nothing where something came between. */
async function moveTo(
  ports: WatermarkPorts,
  { kind, via }: WatermarkRequest,
  place: Place,
  { isLastTry }: { isLastTry: boolean },
): Promise<Member | undefined> {
  const { member, seq } = place;
  if (seq <= member.lastReadSeq) return member;
  const changed = changeOf(ports, place, via);
  if (kind === 'read') return read(ports, place, changed, isLastTry);
  return deliver(ports, place, changed);
}

/** What fan-out has marked already, the client's own word confirms: only then is no push needed. */
async function deliver({ receipts }: WatermarkPorts, { member, seq }: Place, changed: ReceiptChange | undefined) {
  if (seq > member.lastDeliveredSeq) {
    await receipts.markDelivered(member, seq, { isConfirmed: true, changed });
    return { ...member, lastDeliveredSeq: seq };
  }
  if (seq > (member.confirmedSeq ?? 0)) await receipts.confirmDelivered(member, seq);
  return member;
}

/** Nothing where nobody is told. */
function changeOf({ clock }: WatermarkPorts, { head, seq }: Place, via?: string): ReceiptChange | undefined {
  if (!sharesReceipts(head)) return undefined;
  const { membershipVersion } = head;
  return { atMs: clock.now(), seq, membershipVersion, ...(via !== undefined && { via }) };
}

async function read(ports: WatermarkPorts, place: Place, changed: ReceiptChange | undefined, isLastTry: boolean) {
  const { member, seq } = place;
  const ownSinceRead = await ownAfter(ports, place, isLastTry);
  if (ownSinceRead === undefined) return undefined;
  const outcome = await ports.receipts.move({
    member,
    lastReadSeq: seq,
    lastDeliveredSeq: Math.max(seq, member.lastDeliveredSeq),
    ownSinceRead,
    ...(changed && { announcement: { emit: 'receipt.read', changed } }),
  });
  if (outcome.outcome === 'notMember') return refuseStranger();
  return outcome.outcome === 'moved' ? outcome.member : undefined;
}

/**
 * How many own messages there are after the seq. They were counted before they were written, so that one may be under way to
 * either side of it: nothing until all have landed, or can no longer.
 */
async function ownAfter(
  { receipts, clock }: WatermarkPorts,
  { head, member, seq }: Place,
  isLastTry: boolean,
): Promise<number | undefined> {
  if (member.ownSinceRead === 0) return 0;
  const count = async (after: number, to: number) =>
    after < to ? receipts.countSentBy({ conversationId: head.conversationId, senderId: member.userId, after, to }) : 0;
  const ownBehind = await count(seq, head.lastSeq);
  const nowMs = clock.now();
  if (Object.values(member.recentSends).every((lease) => isLeaseOver(lease, nowMs))) return ownBehind;
  const underWay = member.ownSinceRead - ownBehind - (await count(member.lastReadSeq, seq));
  if (underWay <= 0) return ownBehind;
  return isLastTry ? ownBehind + underWay : undefined;
}
