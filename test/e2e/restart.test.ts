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
  const [alice, bob, carol] = await everybody(first);
  await given.device(carol, 'phone', 'fcm', 'token-of-carol');
  const [toldIn, untoldIn] = [await given.group(alice, [bob, carol]), await given.group(alice, [bob, carol])];
  const told = await when.sendsByHttp(alice, toldIn, 'told before the end', 'm1');
  // Nobody is connected: what is in a queue is this notification.
  await eventually('the notification in its queue', async () => (await meterOf(first)).sqs.requests || undefined);

  const stuck = {
    service: 'dynamodb',
    operation: 'BatchGetItem',
    function: 'FanOut',
    error: 'timeout',
    times: 100,
  } as const;
  await setFault(first, stuck);
  const untold = await when.sendsByHttp(alice, untoldIn, 'stored, and nobody told', 'm2');
  await first.kill();

  const second = await startHost({ dataFolder, port: first.port });
  for (const { id } of [told, untold]) {
    await eventually('the push', async () => (await publishedBy(second)).find(({ message }) => message.includes(id)));
  }
  await then.historyIs(carol, toldIn, ['told before the end']);
  await then.historyIs(carol, untoldIn, ['stored, and nobody told']);
  expect(await when.sendsByHttp(alice, untoldIn, 'again', 'm2')).toEqual(untold);
  await chatGoesOn(second, alice, bob, untoldIn);
  expect(await second.stop()).toBe(0);
});

const everybody = async (host: TestHost) =>
  [
    await given.absentUser(host, 'alice'),
    await given.absentUser(host, 'bob'),
    await given.absentUser(host, 'carol'),
  ] as const;

/** Tokens outlive the restart; connections do not. */
async function chatGoesOn(host: TestHost, alice: given.AbsentUser, bob: given.AbsentUser, conversation: string) {
  const socket = await given.connection({ ...bob, target: host });
  const next = await when.sendsByHttp({ ...alice, target: host }, conversation, 'as if nothing had happened');
  expect(next.seq).toBe(2);
  await then.receives(socket, next);
  await socket.close();
}
