import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScheduledMessage, ScheduledMessagePage } from '../../contract/scheduled-message.ts';
import { bodyOf, type HttpCall } from '../helpers/client-http.ts';
import { advanceClock, eventually, meterOf, setFault } from '../helpers/client-local.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as files from '../helpers/steps-files.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';
import { calls } from '../helpers/steps-when.ts';

let dataFolder: string;
let host: TestHost;
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'parley-scheduled-'));
  host = await startHost({ dataFolder });
});
afterAll(async () => {
  expect(await host.stop()).toBe(0);
  await rm(dataFolder, { recursive: true, force: true });
});

const minute = 60;
const day = 24 * 60 * minute;
const inMinutes = async (minutes: number) =>
  new Date((await advanceClock(host, 0)).getTime() + minutes * minute * 1_000).toISOString();
const pathOf = (conversation: string, scheduledId = '') =>
  `/conversations/${conversation}/scheduled-messages${scheduledId && `/${scheduledId}`}`;

async function asks(user: given.AbsentUser, path: string, call: HttpCall): Promise<ScheduledMessage> {
  return bodyOf(await calls<{ scheduledMessage: ScheduledMessage }>(user, path, call)).scheduledMessage;
}

const schedules = async (user: given.AbsentUser, conversation: string, text: string, minutes: number) =>
  asks(user, pathOf(conversation), {
    method: 'POST',
    body: { clientMessageId: randomUUID(), text, sendAt: await inMinutes(minutes) },
  });

/** Whose token outlives days. */
async function patient(name: string): Promise<given.AbsentUser> {
  const absent = await given.absentUser(host, name);
  return { ...absent, token: await host.token(absent.userId, { expiresInSeconds: 7 * day }) };
}

const schedulesFile = async (user: given.AbsentUser, conversation: string, attachmentId: string) =>
  asks(user, pathOf(conversation), {
    method: 'POST',
    body: {
      clientMessageId: randomUUID(),
      type: 'file',
      attachments: [{ attachmentId }],
      sendAt: await inMinutes(2 * 24 * 60),
    },
  });

const ownOf = async (user: given.AbsentUser, conversation: string) =>
  bodyOf(await calls<ScheduledMessagePage>(user, pathOf(conversation))).scheduledMessages;

const until = (user: given.AbsentUser, conversation: string, status: ScheduledMessage['status']) =>
  eventually(`the ${status} message`, async () =>
    (await ownOf(user, conversation)).find((message) => message.status === status),
  );

test('a message comes when its time has come, and once', async () => {
  const [alice, bob] = [await given.user(host, 'alice'), await given.user(host, 'bob')];
  const conversation = await given.group(alice, [bob]);
  const scheduled = await schedules(alice, conversation, 'Good morning', 5);
  expect(scheduled).toMatchObject({ status: 'scheduled', text: 'Good morning' });
  await advanceClock(host, 4 * minute);
  await then.historyIs(bob, conversation, []);
  await advanceClock(host, minute);
  const { messageId } = await until(alice, conversation, 'sent');
  const [message] = await then.receivesAll(bob.socket, conversation, 1);
  expect(message).toMatchObject({
    id: messageId,
    senderId: alice.userId,
    clientMessageId: `scheduled-${scheduled.id}`,
  });
  await advanceClock(host, 5 * minute);
  await then.historyIs(bob, conversation, ['Good morning']);
});

test('what was moved comes at its new time, in its new words; what was cancelled never', async () => {
  const [alice, bob] = [await given.user(host, 'alice'), await given.user(host, 'bob')];
  const conversation = await given.group(alice, [bob]);
  const moved = await schedules(alice, conversation, 'At five', 5);
  const cancelled = await schedules(alice, conversation, 'Never mind', 6);
  const change = { text: 'At eight', sendAt: await inMinutes(8) };
  await asks(alice, pathOf(conversation, moved.id), { method: 'PATCH', body: change });
  expect((await calls(alice, pathOf(conversation, cancelled.id), { method: 'DELETE' })).status).toBe(204);
  await advanceClock(host, 7 * minute);
  expect((await ownOf(alice, conversation)).map(({ status }) => status).sort()).toEqual(['cancelled', 'scheduled']);
  await advanceClock(host, 2 * minute);
  await until(alice, conversation, 'sent');
  await then.historyIs(bob, conversation, ['At eight']);
});

test('who was removed before is told that it failed', async () => {
  const [alice, bob] = [await given.user(host, 'alice'), await given.user(host, 'bob')];
  const conversation = await given.group(alice, [bob]);
  const scheduled = await schedules(bob, conversation, 'Still here?', 5);
  await calls(alice, `/conversations/${conversation}/members/${bob.userId}`, { method: 'DELETE' });
  await advanceClock(host, 6 * minute);
  const { scheduledMessage } = await then.isToldOf(bob.socket, 'scheduled.failed', conversation);
  expect(scheduledMessage).toMatchObject({ id: scheduled.id, status: 'failed', failure: { code: 'FORBIDDEN' } });
  expect(alice.socket.events().map(({ type }) => type)).not.toContain('scheduled.failed');
  await then.historyIs(alice, conversation, []);
});

test('a function that died after the send says so at its second try, and the message is there once', async () => {
  const [alice, bob] = [await given.user(host, 'alice'), await given.user(host, 'bob')];
  const conversation = await given.group(alice, [bob]);
  await schedules(alice, conversation, 'Once', 5);
  const dies = { service: 'dynamodb', operation: 'TransactWriteItems', function: 'SendScheduled' } as const;
  await setFault(host, { ...dies, error: 'crash', when: 'before', times: 1 });
  await advanceClock(host, 5 * minute);
  await then.receivesAll(bob.socket, conversation, 1);
  await eventually('the second try', async () => {
    await advanceClock(host, minute);
    return (await ownOf(alice, conversation)).find(({ status }) => status === 'sent');
  });
  await then.historyIs(bob, conversation, ['Once']);
});

test('it outlives a restart, in which nothing was sent', async () => {
  const [alice, bob] = [await given.user(host, 'alice'), await given.absentUser(host, 'bob')];
  const conversation = await given.group(alice, [bob]);
  await schedules(alice, conversation, 'After the restart', 5);
  await host.kill();
  host = await startHost({ dataFolder, port: host.port });
  await then.historyIs(bob, conversation, []);
  // The machine's own time again: what was moved before is still to come.
  await advanceClock(host, 60 * minute);
  await until(alice, conversation, 'sent');
  await then.historyIs(bob, conversation, ['After the restart']);
  expect((await meterOf(host)).scheduler.invocations).toBe(1);
});

test('a file that waits for days comes with its message; what is cancelled takes its file along', async () => {
  const [alice, bob] = [await patient('alice'), await patient('bob')];
  const conversation = await given.group(alice, [bob]);
  const letter = { fileName: 'letter.pdf', contentType: 'application/pdf', size: 7 };
  const [sent, cancelled] = [
    await files.uploads(alice, conversation, letter),
    await files.uploads(alice, conversation, letter),
  ];
  await schedulesFile(alice, conversation, sent.attachmentId);
  const { id } = await schedulesFile(alice, conversation, cancelled.attachmentId);
  await advanceClock(host, day + minute);
  expect((await calls(alice, pathOf(conversation, id), { method: 'DELETE' })).status).toBe(204);
  await advanceClock(host, day);
  await until(alice, conversation, 'sent');
  const { messages } = await when.reads(bob, conversation);
  expect(messages).toMatchObject([{ type: 'file', attachments: [sent] }]);
  expect((await files.gets((await files.readsLink(bob, sent)).url)).text).toBe('x'.repeat(letter.size));
  await advanceClock(host, 2 * day);
  expect((await files.gets((await files.readsLink(bob, sent)).url)).status).toBe(200);
  expect((await files.triesToRead(alice, cancelled)).status).toBe(404);
});
