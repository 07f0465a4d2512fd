import type {
  Replacement,
  RevisionAllocation,
  RevisionRequest,
  RevisionStore,
  Showing,
} from '../app/revision-ports.ts';
import { placeIn } from '../domain/file.ts';
import type { Message } from '../domain/message.ts';
import { assigning } from './assigning.ts';
import { headFrom, markItem, memberFrom, messageFrom, revisionItem } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table, Update, WriteOutcome } from './table.ts';

export const revisionStore = (table: Table): RevisionStore => ({
  async messageView(userId, { conversationId, seq }) {
    const items = await table.batchGet([
      keys.headKey(conversationId),
      keys.memberKey(conversationId, userId),
      keys.messageKey(conversationId, seq),
    ]);
    const [head, member, message] = ['conversation', 'member', 'message'].map((entity) => ofKind(items, entity));
    return {
      ...(head && { head: headFrom(head) }),
      ...(member && { member: memberFrom(member) }),
      ...(message && { message: messageFrom(message) }),
    };
  },

  allocateRev: (request) => allocateRev(table, request),

  mark: (mark) => table.put(markItem(mark)),

  async replace(replacement) {
    const { message, before, changed } = replacement;
    const { conversationId, seq, rev } = message;
    const mark = markItem({ conversationId, seq, rev, atMs: changed.atMs });
    const outcome = await table.transact([
      rewriteOf(replacement),
      { put: revisionItem(before) },
      { put: mark },
      ...droppedFiles(replacement),
    ]);
    return outcome.isDone;
  },

  async showPinned({ position, isPinned, rev, changed }) {
    const setting = assigning({ pinned: isPinned || undefined, rev, emit: 'message.updated', changed });
    const outcome = await table.update({
      ...setting,
      key: keys.messageKey(position.conversationId, position.seq),
      condition: notOvertaken,
    });
    return outcome.isDone || isOwn(outcome, rev) ? 'shown' : refusedShowing(outcome.item);
  },
});

/** A message's revision only goes up, so that whoever has seen it at one has seen all that happened to it before. */
export const notOvertaken = '#rev < :rev AND attribute_not_exists(deletedAtMs)';

/** The SDK's second try met what its first had written, whose answer was lost. */
export const isOwn = (outcome: WriteOutcome, rev: number): boolean =>
  !outcome.isDone && outcome.mayBeOwn && outcome.item?.rev === rev;

export const refusedShowing = (item: Item | undefined): Showing =>
  item && messageFrom(item).deletedAtMs === undefined ? 'overtaken' : 'deleted';

async function allocateRev(table: Table, request: RevisionRequest): Promise<RevisionAllocation> {
  const outcome = await table.update(nextRev(request));
  if (outcome.isDone) return { outcome: 'allocated', head: headFrom(outcome.item) };
  const { lastMessage, ...withoutLast } = request;
  const isOpen = outcome.item && headFrom(outcome.item).closedAtMs === undefined;
  if (!lastMessage || (request.mustBeOpen && !isOpen)) return { outcome: 'closed' };
  // The message is the last no longer: what lists show stays as it is.
  return allocateRev(table, withoutLast);
}

const nextRev = ({ conversationId, atMs, mustBeOpen, lastMessage }: RevisionRequest): Update => ({
  key: keys.headKey(conversationId),
  update: `ADD lastRev :one SET lastRevAtMs = :now${lastMessage ? ', lastMessage = :preview' : ''} REMOVE emit, changed`,
  condition: [
    'attribute_exists(PK)',
    ...(mustBeOpen ? ['attribute_not_exists(closedAtMs)'] : []),
    ...(lastMessage ? ['lastSeq = :seq'] : []),
  ].join(' AND '),
  values: {
    ':one': 1,
    ':now': atMs,
    ...(lastMessage && { ':preview': lastMessage.preview, ':seq': lastMessage.seq }),
  },
});

function rewriteOf({ emit, message, seenRev, changed }: Replacement): Update {
  const setting = assigning({ ...rewritten(message), emit, changed });
  return {
    ...setting,
    key: keys.messageKey(message.conversationId, message.seq),
    condition: '#rev = :seenRev',
    values: { ...setting.values, ':seenRev': seenRev },
  };
}

/** All that an edit or a deletion may change; replies may be counted meanwhile, and the count is none of it. */
const rewritten = (message: Message) => ({
  text: message.text,
  encrypted: message.encrypted,
  attachments: message.attachments,
  mentions: message.mentions,
  metadata: message.metadata,
  forwardedFrom: message.forwardedFrom,
  pinned: message.pinned,
  // Never removed: an update can only write into a map that exists.
  reactions: message.reactions ?? {},
  editedAtMs: message.editedAtMs,
  editedBy: message.editedBy,
  deletedAtMs: message.deletedAtMs,
  deletedBy: message.deletedBy,
  rev: message.rev,
});

/** What a message carries no longer is deleted for all who could see it; the objects stay, as what it said does. */
const droppedFiles = ({ message, before, changed }: Replacement): Update[] => {
  const kept = new Set(message.attachments?.map(({ attachmentId }) => attachmentId));
  const dropped = before.attachments?.filter(({ attachmentId }) => !kept.has(attachmentId)) ?? [];
  return dropped
    .flatMap(({ attachmentId }) => placeIn(attachmentId) ?? [])
    .map(({ conversationId, fileId }) => ({
      key: keys.fileKey(conversationId, fileId),
      update: 'SET deletedAtMs = :now',
      values: { ':now': changed.atMs },
    }));
};

const ofKind = (items: Item[], kind: string) => items.find(({ entity }) => entity === kind);
