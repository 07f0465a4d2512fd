import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { carryUploads } from '../../../lambdas/app/carry-files.ts';
import { type SendPorts, type SendRequest, sendMessage } from '../../../lambdas/app/send-message.ts';
import { openTable } from '../../../lambdas/data/client.ts';
import { conversationStore } from '../../../lambdas/data/conversation-store.ts';
import { fileStore } from '../../../lambdas/data/file-store.ts';
import { fileKey, headKey, memberKey } from '../../../lambdas/data/keys.ts';
import { sendStores } from '../../../lambdas/data/send-stores.ts';
import type { Table } from '../../../lambdas/data/table.ts';
import { attachmentIdOf, type ChatFile } from '../../../lambdas/domain/file.ts';
import { sendTimeoutMs } from '../../../lambdas/domain/send-lease.ts';
import { digest, systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { type ChatDatabase, startChatDatabase, tableName } from '../../helpers/database.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

/** Where a try dies: at its n-th call of a port, before the call is made or before its answer is seen. */
interface Death {
  call: number;
  when: 'before' | 'after';
}

class Crash extends Error {}

let database: ChatDatabase;
let table: Table;
beforeAll(async () => {
  database = await startChatDatabase();
  table = openTable(tableName);
});
afterAll(() => database.close());

/** Longer than the lease of a dead try: its function has timed out, and clocks may differ by two seconds. */
const leaseOverMs = sendTimeoutMs + 2_001;
const deaths = (calls: number): Death[] =>
  Array.from({ length: calls }, (_, n) => n + 1).flatMap((call) => [
    { call, when: 'before' },
    { call, when: 'after' },
  ]);
const named = ({ call, when }: Death): [string, Death] => [`${when} call ${call}`, { call, when }];

/** What ann has uploaded to a conversation. */
const fileOf = (conversationId: string, createdAtMs: number): ChatFile => ({
  conversationId,
  fileId: 'f'.repeat(22),
  uploaderId: 'ann',
  objectKey: `${conversationId}/key`,
  fileName: 'x.pdf',
  contentType: 'application/pdf',
  size: 5,
  createdAtMs,
});

/** One conversation of ann and bob, and ann's tries to send the same message in it: of words, or with a file. */
async function conversation({ withFile = false } = {}) {
  const clock = fakeClock();
  const conversationId = `g${systemRandomness.id()}`;
  const nowMs = clock.now();
  const member = { conversationId, role: 'member' as const, joinedSeq: 0, lastReadSeq: 0, lastDeliveredSeq: 0 };
  await conversationStore(table).create({
    head: {
      conversationId,
      type: 'group',
      createdAtMs: nowMs,
      createdBy: 'ann',
      lastSeq: 0,
      lastRev: 0,
      changedRev: 0,
      lastActivityAtMs: nowMs,
      memberCount: 2,
      ownerCount: 0,
      membershipVersion: 1,
    },
    members: ['ann', 'bob'].map((userId) => ({ ...member, userId, ownSinceRead: 0, recentSends: {}, changedRev: 0 })),
  });

  const file = fileOf(conversationId, nowMs);
  if (withFile) await fileStore(table).add(file);
  let seqsTaken = 0;
  const send = (death?: Death, senderId = 'ann') => {
    const around = dyingAt(death);
    const stores = sendStores(table);
    const { allocateSeq } = stores.conversations;
    const counted = {
      allocateSeq: async (request: Parameters<typeof allocateSeq>[0]) => {
        const allocation = await allocateSeq(request);
        if (allocation.outcome === 'allocated') seqsTaken += 1;
        return allocation;
      },
    };
    const ports: SendPorts = {
      members: around(stores.members),
      senders: around(stores.senders),
      conversations: around(counted),
      messages: around(stores.messages),
      replies: around(stores.replies),
      files: around(stores.files),
      carry: carryUploads({ files: around(stores.files), storage: around({ keep: async () => 'v1' }), clock }),
      clock,
      randomness: systemRandomness,
      digest,
    };
    const request: SendRequest = { conversationId, senderId, clientMessageId: 'm-1', type: 'text', text: 'Hello' };
    return sendMessage(ports)({
      ...request,
      ...(withFile && { attachments: [{ attachmentId: attachmentIdOf(file) }] }),
    });
  };

  return {
    clock,
    send,
    seqsTaken: () => seqsTaken,
    close: () => database.change(headKey(conversationId), { closedAtMs: 1 }),
    head: () => database.itemOf(headKey(conversationId)),
    file: () => database.itemOf(fileKey(conversationId, file.fileId)),
    sender: () => database.itemOf(memberKey(conversationId, 'ann')),
    messages: async () =>
      (await database.partition(headKey(conversationId).PK)).filter(({ entity }) => entity === 'message'),
  };
}
type Conversation = Awaited<ReturnType<typeof conversation>>;

/** Wraps ports so that all their methods count as calls, and the one named dies. */
function dyingAt(death?: Death) {
  let calls = 0;
  const call = async (run: () => Promise<unknown>) => {
    calls += 1;
    const dies = calls === death?.call;
    if (dies && death.when === 'before') throw new Crash();
    const answer = await run();
    if (dies) throw new Crash();
    return answer;
  };
  return <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        return typeof method === 'function' ? (...args: unknown[]) => call(() => method.apply(target, args)) : method;
      },
    });
}

async function dieOrFinish(it: Conversation, death: Death): Promise<void> {
  await it.send(death).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });
}

async function expectOneMessage(it: Conversation): Promise<void> {
  const { message } = await it.send();
  expect(await it.messages()).toHaveLength(1);
  expect(await it.head()).toMatchObject({ lastSeq: it.seqsTaken() });
  expect(message.seq).toBe(it.seqsTaken());
  expect(await it.sender()).toMatchObject({ ownSinceRead: 1, recentSends: { [keyOf('m-1')]: expect.any(Number) } });
  expect(await it.send()).toEqual({ message, isNew: false });
}
const keyOf = (clientMessageId: string) => digest(clientMessageId).slice(0, 8);

/** A first try makes three calls: member, head, message. A repeat makes five: member, look, take-over, head, message. */
const firstDeaths = deaths(3);
const repeatDeaths = deaths(5);

describe('a send that dies', () => {
  test.each(firstDeaths.map(named))('%s, repeated, is one message', async (_, death) => {
    const it = await conversation();
    await expect(it.send(death)).rejects.toBeInstanceOf(Crash);
    it.clock.advance(leaseOverMs);
    await expectOneMessage(it);
  });

  test.each(firstDeaths.map(named))('%s, and whose repeat dies at any call, is one message', async (_, death) => {
    for (const repeatDeath of repeatDeaths) {
      const it = await conversation();
      await dieOrFinish(it, death);
      it.clock.advance(leaseOverMs);
      await dieOrFinish(it, repeatDeath);
      it.clock.advance(leaseOverMs);
      await expectOneMessage(it);
    }
  });

  test.each(deaths(3).map(named))('%s in a closed conversation leaves nothing of itself', async (_, death) => {
    const it = await conversation();
    await it.close();
    await expect(it.send(death)).rejects.toBeInstanceOf(Crash);
    it.clock.advance(leaseOverMs);
    await expect(it.send()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await it.sender()).toMatchObject({ ownSinceRead: 0, recentSends: {} });
    expect(await it.head()).toMatchObject({ lastSeq: 0 });
  });
});

/** With a file two calls more, after the claim or the take-over: the file, and the bucket. */
describe('a send with a file that dies', () => {
  test.each(deaths(5).map(named))('%s, repeated, is one message with its file', async (_, death) => {
    const it = await conversation({ withFile: true });
    await expect(it.send(death)).rejects.toBeInstanceOf(Crash);
    it.clock.advance(leaseOverMs);
    await expectOneMessage(it);
    await expectItsFile(it);
  });

  test.each(deaths(5).map(named))('%s, and whose repeat dies at any call, is too', async (_, death) => {
    for (const repeatDeath of deaths(7)) {
      const it = await conversation({ withFile: true });
      await dieOrFinish(it, death);
      it.clock.advance(leaseOverMs);
      await dieOrFinish(it, repeatDeath);
      it.clock.advance(leaseOverMs);
      await expectOneMessage(it);
      await expectItsFile(it);
    }
  });

  test('is refused where the file was deleted since, and leaves nothing of itself', async () => {
    const it = await conversation({ withFile: true });
    await expect(it.send({ call: 2, when: 'before' })).rejects.toBeInstanceOf(Crash);
    const { PK, SK } = (await it.file()) ?? {};
    await database.change({ PK: String(PK), SK: String(SK) }, { deletedAtMs: 1 });
    it.clock.advance(leaseOverMs);
    await expect(it.send()).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await it.sender()).toMatchObject({ ownSinceRead: 0, recentSends: {} });
    expect(await it.head()).toMatchObject({ lastSeq: 0 });
  });
});

/** No message without its file, and no file that is said to be in another. */
async function expectItsFile(it: Conversation): Promise<void> {
  const [message] = await it.messages();
  expect(message).toMatchObject({ attachments: [{ fileName: 'x.pdf', size: 5 }] });
  const file = await it.file();
  expect(file).toMatchObject({ seq: message?.seq, objectVersion: 'v1' });
  expect(file).not.toHaveProperty('ttl');
}

describe('a repeat of a send that died after its first write', () => {
  const diedAfterItsClaim = async () => {
    const it = await conversation();
    await expect(it.send({ call: 1, when: 'after' })).rejects.toBeInstanceOf(Crash);
    return it;
  };

  test('does not take over while the first try may be alive, and says «later» in time', async () => {
    const it = await diedAfterItsClaim();
    const startedAt = it.clock.now();
    await expect(it.send()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(it.clock.now() - startedAt).toBeLessThan(sendTimeoutMs);
    expect(await it.head()).toMatchObject({ lastSeq: 0 });
    expect(await it.messages()).toEqual([]);
  });

  test('takes over when it was waiting while the lease ended', async () => {
    const it = await diedAfterItsClaim();
    it.clock.advance(sendTimeoutMs - 1_000);
    expect(await it.send()).toMatchObject({ isNew: true, message: { seq: 1 } });
  });

  test('takes over once, though twenty come when the lease is over', async () => {
    const it = await diedAfterItsClaim();
    it.clock.advance(leaseOverMs);
    const sent = await Promise.all(Array.from({ length: 20 }, () => it.send()));
    expect(sent.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(sent.map(({ message }) => message.seq))).toEqual(new Set([1]));
    expect(await it.messages()).toHaveLength(1);
  });

  test('is refused where its sender was banned since', async () => {
    const it = await diedAfterItsClaim();
    const { PK, SK } = (await it.sender()) ?? {};
    await database.change({ PK: String(PK), SK: String(SK) }, { bannedAtMs: 1 });
    it.clock.advance(leaseOverMs);
    await expect(it.send()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await it.messages()).toEqual([]);
  });
});

test('a repeat while the first try is still writing waits for it, and has its message', async () => {
  const it = await conversation();
  const sent = await Promise.all([it.send(), it.send(), it.send()]);
  expect(sent.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(await it.messages()).toHaveLength(1);
});
