import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { carryUploads } from '../../../lambdas/app/carry-files.ts';
import { cancelScheduled, changeScheduled, listScheduled } from '../../../lambdas/app/manage-scheduled.ts';
import { scheduleMessage } from '../../../lambdas/app/schedule-message.ts';
import { sendScheduled } from '../../../lambdas/app/send-scheduled.ts';
import { banStore } from '../../../lambdas/data/ban-store.ts';
import { conversationStore } from '../../../lambdas/data/conversation-store.ts';
import { fileStore } from '../../../lambdas/data/file-store.ts';
import { fileItem, scheduledItem } from '../../../lambdas/data/items.ts';
import { messageStore } from '../../../lambdas/data/message-store.ts';
import { scheduledStore } from '../../../lambdas/data/scheduled-store.ts';
import { attachmentIdOf, attachmentOf, type ChatFile } from '../../../lambdas/domain/file.ts';
import type { ScheduledMessage } from '../../../lambdas/domain/scheduled-message.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const clock = fakeClock();
const ann = { userId: 'ann', scopes: [] };
const place = { conversationId: 'g1', senderId: 'ann', scheduledId: 's1' };
const scheduled: ScheduledMessage = {
  ...place,
  clientMessageId: 'm1',
  type: 'text',
  text: 'Later',
  sendAtMs: clock.now() + 60_000,
  createdAtMs: clock.now(),
  status: 'scheduled',
  version: 1,
  schedule: 'name-1',
};

const fileOf = (letter: string): ChatFile => ({
  conversationId: 'g1',
  fileId: letter.repeat(22),
  uploaderId: 'ann',
  objectKey: `g1/${letter}`,
  fileName: `${letter}.pdf`,
  contentType: 'application/pdf',
  size: 5,
  createdAtMs: clock.now(),
});
const [one, other] = [fileOf('a'), fileOf('b')];
const named = (...files: ChatFile[]) => files.map((file) => ({ attachmentId: attachmentIdOf(file) }));
const withFiles = (...files: ChatFile[]) => ({
  ...scheduled,
  attachments: files.map((file) => attachmentOf(file, {})),
});

const partsOf = (input: Record<string, unknown>) => input.TransactItems as Record<string, Record<string, unknown>>[];

/** The ports over a table that answers a `Get` with this message, or with nothing. */
function setUp(found?: ScheduledMessage) {
  const recorded = recordedTable();
  const { table, mock } = recorded;
  if (found) mock.on(GetCommand).resolves({ Item: scheduledItem(found) });
  const asked: string[] = [];
  const keep = async () => {
    asked.push('keep');
    return 'v1';
  };
  const ports = {
    conversations: {
      ...conversationStore(table),
      async viewsOf(...given: Parameters<ReturnType<typeof conversationStore>['viewsOf']>) {
        await conversationStore(table).viewsOf(...given);
        return [{ head: aHead({ conversationId: 'g1' }), member: aMember({ conversationId: 'g1', userId: 'ann' }) }];
      },
    },
    scheduled: scheduledStore(table),
    schedules: { set: async () => void asked.push('set'), drop: async () => void asked.push('drop') },
    carry: carryUploads({ files: fileStore(table), storage: { keep }, clock }),
    randomness: { id: () => 'name-2' },
    clock,
    digest,
  };
  return { ...recorded, ports, asked };
}

const request = { clientMessageId: 'm1', type: 'text' as const, text: 'Later', sendAt: '2026-01-01T01:00:00Z' };

describe('calls of the table and of the scheduler', () => {
  it('scheduling', async () => {
    const { ports, calls, asked } = setUp();
    await scheduleMessage(ports)(ann, 'g1', request);
    expect(calls()).toEqual(['Get', 'BatchGet', 'TransactWrite']);
    expect(asked).toEqual(['set']);
  });

  it('scheduling it with two files: one batch read more, a call of the bucket for each, and both in the transaction', async () => {
    const { ports, mock, calls, input, asked } = setUp();
    mock.on(BatchGetCommand).resolves({ Responses: { Chat: [fileItem(one), fileItem(other)] } });
    await scheduleMessage(ports)(ann, 'g1', { ...request, type: 'file', attachments: named(one, other) });
    expect(calls()).toEqual(['Get', 'BatchGet', 'BatchGet', 'TransactWrite']);
    expect(asked).toEqual(['keep', 'keep', 'set']);
    const [, , ...files] = partsOf(input(3));
    expect(files).toHaveLength(2);
    for (const { Put } of files) {
      expect(Put?.Item).toMatchObject({ heldFor: expect.stringMatching(/^scheduled-/), objectVersion: 'v1' });
      expect(Put?.Item).not.toHaveProperty('ttl');
    }
  });

  it('scheduling it again', async () => {
    const { ports, calls, asked } = setUp(scheduled);
    await scheduleMessage(ports)(ann, 'g1', request);
    expect(calls()).toEqual(['Get']);
    expect(asked).toEqual([]);
  });

  it('other words', async () => {
    const { ports, calls, asked } = setUp(scheduled);
    await changeScheduled(ports)(place, { text: 'Other' });
    expect(calls()).toEqual(['Get', 'TransactWrite']);
    expect(asked).toEqual([]);
  });

  it('other files: those that come and those that go, in its transaction', async () => {
    const { ports, mock, calls, input } = setUp(withFiles(one));
    mock.on(BatchGetCommand).resolves({ Responses: { Chat: [fileItem(other)] } });
    await changeScheduled(ports)(place, { attachments: named(other) });
    expect(calls()).toEqual(['Get', 'BatchGet', 'TransactWrite']);
    const [, come, go] = partsOf(input(2));
    expect(come?.Put?.Item).toMatchObject({ SK: `FILE#${other.fileId}`, heldFor: 'scheduled-s1' });
    expect(go?.Update).toMatchObject({
      Key: { SK: `FILE#${one.fileId}` },
      UpdateExpression: 'SET #ttl = :ttl REMOVE heldFor',
    });
  });

  it('cancelling it with two files: a conditional write more for each', async () => {
    const { ports, calls } = setUp(withFiles(one, other));
    await cancelScheduled(ports)(place);
    expect(calls()).toEqual(['Get', 'TransactWrite', 'Update', 'Update']);
  });

  it('another time', async () => {
    const { ports, calls, asked } = setUp(scheduled);
    await changeScheduled(ports)(place, { sendAt: '2026-01-01T02:00:00Z' });
    expect(calls()).toEqual(['Get', 'TransactWrite']);
    expect(asked).toEqual(['set', 'drop']);
  });

  it('cancelling, and cancelling again', async () => {
    const { ports, calls, asked } = setUp(scheduled);
    await cancelScheduled(ports)(place);
    expect(calls()).toEqual(['Get', 'TransactWrite']);
    expect(asked).toEqual(['drop']);
    const again = setUp({ ...scheduled, status: 'cancelled' });
    await cancelScheduled(again.ports)(place);
    expect(again.calls()).toEqual(['Get']);
  });

  it('a page', async () => {
    const { ports, calls } = setUp();
    await listScheduled(ports)(place, { limit: 50 });
    expect(calls()).toEqual(['Query']);
  });

  it('sending it: a claim, a look at bans and an end around the send itself', async () => {
    const { ports, table, mock, calls } = setUp();
    mock.on(UpdateCommand).resolves({ Attributes: scheduledItem({ ...scheduled, sendingSinceMs: clock.now() }) });
    const send = async () => ({ message: aMessage(), isNew: true });
    const more = { messages: messageStore(table), bans: banStore(table), send };
    await sendScheduled({ ...ports, ...more })({ ...place, schedule: 'name-1' });
    expect(calls()).toEqual(['Update', 'Get', 'TransactWrite']);
  });

  it('a schedule that comes too late', async () => {
    const { ports, table, mock, calls } = setUp();
    mock.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ $metadata: {}, message: 'refused' }));
    const send = async () => Promise.reject(new Error('nothing is to be sent'));
    const more = { messages: messageStore(table), bans: banStore(table), send };
    await sendScheduled({ ...ports, ...more })({ ...place, schedule: 'name-0' });
    expect(calls()).toEqual(['Update']);
  });
});
