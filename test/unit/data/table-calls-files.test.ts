import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { attachFile, readAttachment } from '../../../lambdas/app/attach-file.ts';
import { carryCopies, carryUploads } from '../../../lambdas/app/carry-files.ts';
import { deleteMessage } from '../../../lambdas/app/delete-message.ts';
import { editMessage } from '../../../lambdas/app/edit-message.ts';
import { sendMessage } from '../../../lambdas/app/send-message.ts';
import { fileStore } from '../../../lambdas/data/file-store.ts';
import { fileItem, headItem, memberItem, messageItem } from '../../../lambdas/data/items.ts';
import { messageStores } from '../../../lambdas/data/message-stores.ts';
import { sendStores } from '../../../lambdas/data/send-stores.ts';
import { uploadQuota } from '../../../lambdas/data/upload-quota.ts';
import { attachmentIdOf, attachmentOf, type ChatFile } from '../../../lambdas/domain/file.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const clock = fakeClock();
const alice = { userId: 'alice', scopes: [] };
const randomness = { fraction: () => 0.5, id: () => 'n'.repeat(22) };
const storage = {
  uploadOf: () => ({ url: 'https://bucket/', fields: {} }),
  linkTo: () => 'https://bucket/key',
  keep: async () => 'v1',
};

const aFile = (over: Partial<ChatFile> = {}): ChatFile => ({
  conversationId: 'c1',
  fileId: 'f'.repeat(22),
  uploaderId: 'alice',
  objectKey: 'c1/key',
  fileName: 'x.png',
  contentType: 'image/png',
  size: 5,
  createdAtMs: clock.now(),
  ...over,
});
const [one, other] = [aFile(), aFile({ fileId: 'g'.repeat(22) })];
const attachments = [one, other].map((file) => ({ attachmentId: attachmentIdOf(file) }));

/** A conversation in which alice has sent a message, and has uploaded two files. */
function tableWithFiles() {
  const recorded = recordedTable();
  const head = headItem(aHead({ lastSeq: 7 }));
  const member = memberItem(aMember(), 0);
  const message = messageItem(aMessage({ seq: 1, attachments: [one, other].map((file) => attachmentOf(file, {})) }));
  const answered = (...items: object[]) => recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: items } });
  recorded.mock.on(UpdateCommand).resolvesOnce({ Attributes: member }).resolves({ Attributes: head });
  const { table } = recorded;
  const carry = carryUploads({ files: fileStore(table), storage, clock });
  const sending = { ...sendStores(table), carry, clock, randomness, digest };
  return { ...recorded, sending, answered, head, member, message, files: fileStore(table) };
}

const aSend = {
  conversationId: 'c1',
  senderId: 'alice',
  clientMessageId: 'm1',
  type: 'file' as const,
  attachments,
};
const partsOf = (input: Record<string, unknown>) => input.TransactItems as Record<string, Record<string, unknown>>[];

describe('the table calls of', () => {
  it('an upload: one batch read, the day’s bytes, the file', async () => {
    const { table, answered, head, member, calls, input, files } = tableWithFiles();
    answered(head, member);
    const quota = uploadQuota(table, 1_000);
    const attach = attachFile({ files, quota, storage, clock, randomness, contentTypes: ['image/*'] });
    await attach(alice, 'c1', { fileName: 'x.png', contentType: 'image/png', size: 5 });
    expect(calls()).toEqual(['BatchGet', 'Update', 'Put']);
    expect(input(1)).toMatchObject({
      UpdateExpression: 'SET entity = :entity, #ttl = :ttl ADD #bytes :bytes',
      ConditionExpression: 'attribute_not_exists(#bytes) OR #bytes <= :most',
      ExpressionAttributeValues: { ':bytes': 5, ':most': 995 },
    });
    expect(input(2).Item).toMatchObject({ entity: 'file', ttl: Math.ceil(clock.now() / 1_000) + 24 * 3_600 });
  });

  it('an upload by a backend: no quota', async () => {
    const { table, answered, head, calls, files } = tableWithFiles();
    answered(head);
    const quota = uploadQuota(table, 1_000);
    const attach = attachFile({ files, quota, storage, clock, randomness, contentTypes: ['image/*'] });
    const backend = { userId: 'backend', scopes: ['chat:service'] };
    await attach(backend, 'c1', { fileName: 'x.png', contentType: 'image/png', size: 5 });
    expect(calls()).toEqual(['BatchGet', 'Put']);
  });

  it('a link: one batch read', async () => {
    const { answered, head, member, calls, files } = tableWithFiles();
    answered(head, member, fileItem({ ...one, seq: 1 }));
    await readAttachment({ files, storage, clock })(alice, attachmentIdOf(one));
    expect(calls()).toEqual(['BatchGet']);
  });

  it('a send with two files: one batch read more, and one transaction of message and files', async () => {
    const { answered, sending, calls, input } = tableWithFiles();
    answered(fileItem(other), fileItem(one));
    const { message } = await sendMessage(sending)(aSend);
    expect(calls()).toEqual(['Update', 'BatchGet', 'Update', 'TransactWrite']);
    expect(message.attachments?.map(({ attachmentId }) => ({ attachmentId }))).toEqual(attachments);
    const [put, ...carried] = partsOf(input(3));
    expect(put?.Put?.Item).toMatchObject({ entity: 'message', seq: 7 });
    for (const { Put } of carried) {
      expect(Put?.ConditionExpression).toBe(
        'attribute_not_exists(seq) AND attribute_not_exists(deletedAtMs) AND (attribute_not_exists(heldFor) OR heldFor = :name)',
      );
      expect(Put?.Item).toMatchObject({ entity: 'file', seq: 7, objectVersion: 'v1' });
      expect(Put?.Item).not.toHaveProperty('ttl');
    }
    expect(carried).toHaveLength(2);
  });

  it('a send of what is not there: its claim, one batch read, and the claim taken back', async () => {
    const { answered, sending, calls } = tableWithFiles();
    answered(fileItem(one));
    const errors = [{ path: 'attachments[1]' }];
    await expect(sendMessage(sending)(aSend)).rejects.toMatchObject({ details: { errors } });
    expect(calls()).toEqual(['Update', 'BatchGet', 'Update']);
  });

  it('a send of what another send takes in the same moment: nothing of it remains but its number', async () => {
    const { answered, sending, calls, mock } = tableWithFiles();
    answered(fileItem(one), fileItem(other));
    const CancellationReasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }, { Code: 'None' }];
    mock
      .on(TransactWriteCommand)
      .rejects(new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons }));
    await expect(sendMessage(sending)(aSend)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(calls()).toEqual(['Update', 'BatchGet', 'Update', 'TransactWrite', 'Update']);
  });

  it('a copy that is forwarded: one batch read, files of its own, and no call of the bucket', async () => {
    const { answered, sending, input, files } = tableWithFiles();
    answered(fileItem({ ...one, seq: 1, objectVersion: 'v9' }), fileItem({ ...other, seq: 1 }));
    const carry = carryCopies({ files, randomness, clock });
    await sendMessage({ ...sending, carry })({ ...aSend, conversationId: 'c2', senderId: 'alice' });
    const [, copy] = partsOf(input(3));
    expect(copy?.Put?.Item).toMatchObject({
      PK: 'CONV#c2',
      objectKey: 'c1/key',
      objectVersion: 'v9',
      uploaderId: 'alice',
      seq: 7,
    });
  });

  it('a deletion: its files are deleted in the same transaction', async () => {
    const { answered, table, head, member, message, calls, input } = tableWithFiles();
    answered(head, member, message);
    await deleteMessage({ ...messageStores(table), clock })(alice, 'c1.1');
    expect(calls()).toEqual(['BatchGet', 'Update', 'TransactWrite']);
    const deleted = partsOf(input(2)).slice(3);
    expect(deleted.map(({ Update }) => [Update?.Key, Update?.UpdateExpression])).toEqual(
      [one, other].map(({ fileId }) => [{ PK: 'CONV#c1', SK: `FILE#${fileId}` }, 'SET deletedAtMs = :now']),
    );
  });

  it('an edit that keeps its files: no more than one of text', async () => {
    const { answered, table, head, member, message, calls, input } = tableWithFiles();
    answered(head, member, message);
    await editMessage({ ...messageStores(table), clock })(alice, 'c1.1', { attachments });
    expect(calls()).toEqual(['BatchGet', 'Update', 'TransactWrite']);
    expect(partsOf(input(2))).toHaveLength(3);
  });
});
