import type { FileStore } from '../app/file-ports.ts';
import { refuse } from '../domain/chat-error.ts';
import { type ChatFile, type FilePlace, unsentMs } from '../domain/file.ts';
import { fileFrom, fileItem, headFrom, memberFrom, messageItem } from './items.ts';
import * as keys from './keys.ts';
import { countedReply } from './reply-store.ts';
import type { Table, TransactionPart, Update } from './table.ts';

const isFree = 'attribute_not_exists(seq) AND attribute_not_exists(deletedAtMs)';

/** The file as a message of this name carries it, or as it is kept for that: where nobody else has it. */
export const givenTo = (clientMessageId: string, file: ChatFile): TransactionPart => ({
  put: fileItem(file),
  condition: `${isFree} AND (attribute_not_exists(heldFor) OR heldFor = :name)`,
  values: { ':name': clientMessageId },
});

/** Kept for the message of this name no longer; forgotten after a day, if nobody sends it before. Never what was sent meanwhile. */
export const letGo = (clientMessageId: string, { conversationId, fileId }: FilePlace, atMs: number): Update => ({
  key: keys.fileKey(conversationId, fileId),
  update: 'SET #ttl = :ttl REMOVE heldFor',
  condition: 'heldFor = :name',
  names: { '#ttl': 'ttl' },
  values: { ':name': clientMessageId, ':ttl': Math.ceil((atMs + unsentMs) / 1_000) },
});

export const fileStore = (table: Table): FileStore => ({
  add: (file) => table.put(fileItem(file)),

  async fileView(userId, { conversationId, fileId }) {
    const items = await table.batchGet([
      keys.headKey(conversationId),
      keys.memberKey(conversationId, userId),
      ...(fileId === undefined ? [] : [keys.fileKey(conversationId, fileId)]),
    ]);
    const [head, member, file] = ['conversation', 'member', 'file'].map((kind) =>
      items.find(({ entity }) => entity === kind),
    );
    return {
      ...(head && { head: headFrom(head) }),
      ...(member && { member: memberFrom(member) }),
      ...(file && { file: fileFrom(file) }),
    };
  },

  async filesAt(places) {
    const items = await table.batchGet(
      places.map(({ conversationId, fileId }) => keys.fileKey(conversationId, fileId)),
    );
    return items.map(fileFrom);
  },

  async appendWith(message, files) {
    const put = { put: messageItem(message), condition: 'attribute_not_exists(PK)' };
    const carried = files.map((file) => givenTo(message.clientMessageId ?? '', file));
    const counted = message.replyTo === undefined ? [] : [countedReply(message, message.replyTo)];
    const outcome = await table.transact([put, ...carried, ...counted]);
    if (outcome.isDone) return true;
    const isOfAFile = outcome.failed > 0 && outcome.failed <= files.length;
    return isOfAFile
      ? false
      : refuse('INTERNAL', 'store the message', 'its place is taken, or what it answers is gone');
  },
});
