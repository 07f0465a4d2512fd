import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, meterOf, publishedBy, setFault } from '../helpers/client-local.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

let dataFolder: string;
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'parley-restart-'));
});
afterEach(() => rm(dataFolder, { recursive: true, force: true }));

test('after kill -9 and a restart the history is there, and everything that was under way goes on', async () => {
  const first = await startHost({ dataFolder });
  const [alice, bob] = [await given.user(first, 'alice'), await given.user(first, 'bob')];
  const carol = await given.absentUser(first, 'carol');
  await given.device(carol, 'phone', 'fcm', 'token-of-carol');
  const conversation = await given.group(alice, [bob, carol]);
  const told = await when.sendsByFrame(alice, conversation, 'told before the end', 'm1');
  await then.receives(bob.socket, told);
  await eventually('the notification in its queue', async () => (await meterOf(first)).sqs.requests || undefined);

  const stuck = {
    service: 'dynamodb',
    operation: 'BatchGetItem',
    function: 'FanOut',
    error: 'timeout',
    times: 100,
  } as const;
  await setFault(first, stuck);
  const untold = await when.sendsByFrame(alice, conversation, 'stored, and nobody told', 'm2');
  await first.kill();

  const second = await startHost({ dataFolder, port: first.port });
  for (const { id } of [told, untold]) {
    await eventually('the push', async () => (await publishedBy(second)).find(({ message }) => message.includes(id)));
  }
  await then.historyIs(carol, conversation, ['told before the end', 'stored, and nobody told']);
  expect(await when.sendsByHttp(alice, conversation, 'again', 'm2')).toEqual(untold);
  await chatGoesOn(second, { ...alice, target: second }, bob, conversation);
  expect(await second.stop()).toBe(0);
});

/** Tokens outlive the restart; connections do not. */
async function chatGoesOn(host: TestHost, alice: given.AbsentUser, bob: given.AbsentUser, conversation: string) {
  const socket = await given.connection({ ...bob, target: host });
  const next = await when.sendsByHttp(alice, conversation, 'as if nothing had happened');
  expect(next.seq).toBe(3);
  await then.receives(socket, next);
  await socket.close();
}
