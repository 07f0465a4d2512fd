import type { FileStore } from '../app/file-ports.ts';
import { refuse } from '../domain/chat-error.ts';
import { fileFrom, fileItem, headFrom, memberFrom, messageItem } from './items.ts';
import * as keys from './keys.ts';
import { countedReply } from './reply-store.ts';
import type { Table, TransactionPart } from './table.ts';

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
    const carried = files.map(
      (file): TransactionPart => ({
        put: fileItem(file),
        condition: 'attribute_not_exists(seq) AND attribute_not_exists(deletedAtMs)',
      }),
    );
    const counted = message.replyTo === undefined ? [] : [countedReply(message, message.replyTo)];
    const outcome = await table.transact([put, ...carried, ...counted]);
    if (outcome.isDone) return true;
    const isOfAFile = outcome.failed > 0 && outcome.failed <= files.length;
    return isOfAFile
      ? false
      : refuse('INTERNAL', 'store the message', 'its place is taken, or what it answers is gone');
  },
});
