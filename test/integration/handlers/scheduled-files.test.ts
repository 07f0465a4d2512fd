import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { NewAttachment } from '../../../contract/attachment.ts';
import type { ConversationSummary } from '../../../contract/conversation.ts';
import type { Message, MessagePage } from '../../../contract/message.ts';
import type { ScheduledMessage } from '../../../contract/scheduled-message.ts';
import { openTable } from '../../../lambdas/data/client.ts';
import * as keys from '../../../lambdas/data/keys.ts';
import { scheduledStore } from '../../../lambdas/data/scheduled-store.ts';
import { type FilePlace, placeOf, unsentMs } from '../../../lambdas/domain/file.ts';
import { ended } from '../../../lambdas/domain/scheduled-message.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { tableName } from '../../helpers/database.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type HttpStandIn, httpStandIn } from '../../helpers/http-stand-in.ts';
import { type Answer, codeIn, good, startWholeChat, type WholeChat } from '../whole-chat.ts';

/** Which version of every object lies in the bucket; nothing where there is none. */
let version: string | undefined;
let bucket: HttpStandIn;
let chat: WholeChat;
let run: (task: unknown) => Promise<unknown>;
beforeAll(async () => {
  bucket = await httpStandIn(() =>
    version === undefined ? { status: 404 } : { status: 204, headers: { 'x-amz-version-id': version } },
  );
  chat = await startWholeChat({ bucketUrl: bucket.url });
  run = await chat.load('schedule/send-scheduled');
});
afterAll(async () => {
  await chat.close();
  await bucket.close();
});
beforeEach(() => {
  captureOutput();
  version = 'v1';
  return () => vi.restoreAllMocks();
});

const one = '/v1/conversations/{conversationId}';
const all = `${one}/scheduled-messages`;
const anHourMs = 3_600_000;

/** Somebody alone in a group. */
async function scene(ann = { userId: `ann-${systemRandomness.id()}` }) {
  const answer = await chat.ask('POST /v1/conversations', ann, {
    body: { type: 'group', title: 'Team', memberIds: [] },
  });
  const { conversation } = good<{ conversation: ConversationSummary }>(answer);
  return { ann, conversationId: conversation.id };
}
type Scene = Awaited<ReturnType<typeof scene>>;

const asks = (method: string, { ann, conversationId }: Scene, params: object, body?: object): Promise<Answer> =>
  chat.ask(method, ann, { params: { conversationId, ...params }, ...(body && { body }) });

async function attaches(it: Scene, contentType = 'application/pdf'): Promise<string> {
  const body = { fileName: 'x.pdf', contentType, size: 5 };
  return good<NewAttachment>(await asks(`POST ${one}/attachments`, it, {}, body)).attachmentId;
}

const named = (ids: string[]) => ids.map((attachmentId) => ({ attachmentId }));
const schedules = (it: Scene, ids: string[], more: object = {}) =>
  asks(
    `POST ${all}`,
    it,
    {},
    {
      clientMessageId: 'm1',
      type: 'file',
      attachments: named(ids),
      sendAt: new Date(Date.now() + anHourMs).toISOString(),
      ...more,
    },
  );
const changes = (it: Scene, scheduledId: string, body: object) =>
  asks(`PATCH ${all}/{scheduledId}`, it, { scheduledId }, body);
const cancels = (it: Scene, scheduledId: string) => asks(`DELETE ${all}/{scheduledId}`, it, { scheduledId });
const sends = (it: Scene, ids: string[], clientMessageId = 'now') =>
  asks(`POST ${one}/messages`, it, {}, { clientMessageId, type: 'file', attachments: named(ids) });
const scheduledIn = (answer: Answer) => good<{ scheduledMessage: ScheduledMessage }>(answer).scheduledMessage;
const errorsIn = ({ body }: Answer) => (body as { errors?: { path: string }[] }).errors?.map(({ path }) => path);

const keyOf = ({ conversationId, fileId }: FilePlace) => keys.fileKey(conversationId, fileId);
const keyNamed = (attachmentId: string) => keyOf(placeOf(attachmentId, 'test'));
const itemOf = (attachmentId: string) => chat.database.itemOf(keyNamed(attachmentId));

const taskOf = ({ conversationId }: Scene) =>
  chat.scheduler.schedules().find(({ task }) => task.conversationId === conversationId)?.task;

async function historyOf(it: Scene): Promise<Message[]> {
  return good<MessagePage>(await asks(`GET ${one}/messages`, it, {})).messages;
}

test('a file is kept from the day’s end, and for this message alone, until it is sent, once', async () => {
  const it = await scene();
  const id = await attaches(it);
  expect(await itemOf(id)).toHaveProperty('ttl');
  const scheduled = scheduledIn(await schedules(it, [id]));
  expect(scheduled.attachments).toEqual([
    { attachmentId: id, fileName: 'x.pdf', contentType: 'application/pdf', size: 5 },
  ]);
  expect(await itemOf(id)).toMatchObject({ heldFor: `scheduled-${scheduled.id}`, objectVersion: 'v1' });
  expect(await itemOf(id)).not.toHaveProperty('ttl');
  expect(errorsIn(await sends(it, [id]))).toEqual(['attachments[0]']);
  expect(errorsIn(await schedules(it, [id], { clientMessageId: 'm2' }))).toEqual(['attachments[0]']);

  await chat.database.change(keyNamed(id), { createdAtMs: Date.now() - 300 * unsentMs });
  // What was uploaded since, or forgotten, makes no difference.
  version = undefined;
  const task = taskOf(it);
  await Promise.all([run(task), run(task)]);
  await run(task);
  expect(await historyOf(it)).toMatchObject([{ attachments: scheduled.attachments }]);
  const sent = await itemOf(id);
  expect(sent).toMatchObject({ seq: 1, objectVersion: 'v1' });
  expect(sent).not.toHaveProperty('ttl');
  expect(sent).not.toHaveProperty('heldFor');
});

test.each<[string, (it: Scene) => Promise<string>]>([
  [
    'that was not uploaded',
    async (it) => {
      version = undefined;
      return attaches(it);
    },
  ],
  [
    'that somebody else has uploaded',
    async (it) => {
      const id = await attaches(it);
      await chat.database.change(keyNamed(id), { uploaderId: 'eve' });
      return id;
    },
  ],
  ['of another conversation', async ({ ann }) => attaches(await scene(ann))],
  [
    'that was sent',
    async (it) => {
      const id = await attaches(it);
      expect((await sends(it, [id])).status).toBe(201);
      return id;
    },
  ],
  [
    'that was deleted',
    async (it) => {
      const id = await attaches(it);
      await chat.database.change(keyNamed(id), { deletedAtMs: 1 });
      return id;
    },
  ],
])('a file %s is refused, and nothing is scheduled', async (_, fileIn) => {
  const it = await scene();
  const answer = await schedules(it, [await fileIn(it)]);
  expect([answer.status, errorsIn(answer)]).toEqual([400, ['attachments[0]']]);
  expect(taskOf(it)).toBeUndefined();
});

test('the same five times at once is one, with its file', async () => {
  const it = await scene();
  const id = await attaches(it);
  const answers = await Promise.all(Array.from({ length: 5 }, () => schedules(it, [id])));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
});

test('one file of two that are scheduled at once is in one of them', async () => {
  const it = await scene();
  const id = await attaches(it);
  const answers = await Promise.all(
    ['m1', 'm2', 'm3'].map((clientMessageId) => schedules(it, [id], { clientMessageId })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400]);
  await run(taskOf(it));
  expect(await historyOf(it)).toHaveLength(1);
});

test('a change checks and keeps what comes, and lets go what goes', async () => {
  const it = await scene();
  const [kept, gone, added] = [await attaches(it), await attaches(it), await attaches(it)] as const;
  const { id } = scheduledIn(await schedules(it, [kept, gone]));
  expect(errorsIn(await changes(it, id, { attachments: named([kept, 'c.1']) }))).toEqual(['attachments[1]']);
  expect(errorsIn(await changes(it, id, { attachments: [] }))).toEqual(['attachments']);
  const changed = scheduledIn(await changes(it, id, { attachments: named([added, kept]), text: 'New' }));
  expect(changed.attachments?.map(({ attachmentId }) => attachmentId)).toEqual([added, kept]);
  expect(await itemOf(gone)).toHaveProperty('ttl');
  expect(await itemOf(added)).not.toHaveProperty('ttl');
  expect((await sends(it, [gone])).status).toBe(201);
  await run(taskOf(it));
  const [, message] = await historyOf(it);
  expect(message).toMatchObject({ text: 'New', attachments: [{ attachmentId: added }, { attachmentId: kept }] });
});

test('a file that is left out and named again is kept again', async () => {
  const it = await scene();
  const [one, other] = [await attaches(it), await attaches(it)];
  const { id } = scheduledIn(await schedules(it, [one, other]));
  await Promise.all([
    changes(it, id, { attachments: named([one]) }),
    changes(it, id, { attachments: named([one, other]) }),
  ]);
  const { attachments } = scheduledIn(await changes(it, id, { attachments: named([other, one]) }));
  for (const attachmentId of [one, other]) expect(await itemOf(attachmentId)).not.toHaveProperty('ttl');
  await run(taskOf(it));
  expect(await historyOf(it)).toMatchObject([{ attachments }]);
});

test('a picture needs its size, in a change too', async () => {
  const it = await scene();
  const attachmentId = await attaches(it, 'image/png');
  const facts = { attachmentId, width: 2, height: 3 };
  const { id } = scheduledIn(await schedules(it, [], { type: 'image', attachments: [facts] }));
  expect(errorsIn(await changes(it, id, { attachments: [{ attachmentId }] }))).toEqual(['attachments']);
  const changed = scheduledIn(await changes(it, id, { attachments: [{ ...facts, width: 4 }] }));
  expect(changed.attachments).toMatchObject([{ width: 4, height: 3 }]);
});

test('what is cancelled lets its file go, which can be sent for the rest of its day', async () => {
  const it = await scene();
  const id = await attaches(it);
  const scheduled = scheduledIn(await schedules(it, [id]));
  const task = taskOf(it);
  expect((await cancels(it, scheduled.id)).status).toBe(204);
  const item = await itemOf(id);
  expect(item).toHaveProperty('ttl');
  expect(item).not.toHaveProperty('heldFor');
  expect((await sends(it, [id])).status).toBe(201);
  await run(task);
  expect(await historyOf(it)).toMatchObject([{ clientMessageId: 'now' }]);
  expect(await itemOf(id)).not.toHaveProperty('ttl');
});

test('a cancellation and its sending at once: the file is in the message that came of it, or let go', async () => {
  const it = await scene();
  const id = await attaches(it);
  const scheduled = scheduledIn(await schedules(it, [id]));
  const [cancelled] = await Promise.all([cancels(it, scheduled.id), run(taskOf(it))]);
  const messages = await historyOf(it);
  expect(messages).toHaveLength(cancelled.status === 204 ? 0 : 1);
  expect(Object.hasOwn((await itemOf(id)) ?? {}, 'ttl')).toBe(cancelled.status === 204);
});

test('what fails lets its file go', async () => {
  const it = await scene();
  const id = await attaches(it);
  scheduledIn(await schedules(it, [id]));
  const task = taskOf(it);
  expect((await asks(`DELETE ${one}`, it, {})).status).toBe(204);
  await run(task);
  expect(await itemOf(id)).toHaveProperty('ttl');
  expect(codeIn(await schedules(it, [id], { clientMessageId: 'm2' }))).toBe('CONFLICT');
});

test('a run that says it failed takes no file from the message that another run has sent', async () => {
  const it = await scene();
  const id = await attaches(it);
  const { id: scheduledId } = scheduledIn(await schedules(it, [id]));
  await run(taskOf(it));
  const store = scheduledStore(openTable(tableName));
  const sent = await store.find({ conversationId: it.conversationId, senderId: it.ann.userId, scheduledId });
  if (!sent) throw new Error('it is not there');
  const failure = { code: 'FORBIDDEN' as const, message: 'x' };
  expect(await store.end(ended(sent, { status: 'failed', failure }, Date.now()), Date.now())).toBe(true);
  expect(await itemOf(id)).toMatchObject({ seq: 1 });
  expect(await itemOf(id)).not.toHaveProperty('ttl');
});
