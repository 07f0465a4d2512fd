import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessagePage } from '../../contract/message.ts';
import { eventually, setFault } from '../helpers/client-local.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

/** The three writes of a send, and the fault that picks out each: the first two are the same operation. */
const calls = {
  'the sender’s claim': { operation: 'UpdateItem', skip: 0 },
  'the seq': { operation: 'UpdateItem', skip: 1 },
  'the message': { operation: 'PutItem', skip: 0 },
} as const;

interface Row {
  sentence: string;
  call: keyof typeof calls;
  when: 'before' | 'after';
  fault: { error: 'crash' | 'InternalServerError' | 'timeout'; times: number };
  /** What the client sees of the first try. */
  firstStatus: number;
  /** A seq that was given out and never filled: the message has the next. */
  unusedSeqs: number;
}

const faults = {
  'a crash': { error: 'crash', times: 1 },
  /** The SDK tries twice. */
  'two server errors': { error: 'InternalServerError', times: 2 },
  /** The call was carried out: it is the SDK that repeats. */
  'a lost answer': { error: 'timeout', times: 1 },
} as const;

const row = (
  name: keyof typeof faults,
  moment: Row['when'],
  call: Row['call'],
  firstStatus: number,
  unusedSeqs: number,
): Row => ({
  sentence: `${name} ${moment} ${call}`,
  call,
  when: moment,
  fault: faults[name],
  firstStatus,
  unusedSeqs,
});

const rows: Row[] = [
  row('a crash', 'before', 'the sender’s claim', 500, 0),
  row('a crash', 'after', 'the sender’s claim', 500, 0),
  row('a crash', 'before', 'the seq', 500, 0),
  row('a crash', 'after', 'the seq', 500, 1),
  row('a crash', 'before', 'the message', 500, 1),
  row('a crash', 'after', 'the message', 500, 0),
  row('two server errors', 'before', 'the sender’s claim', 503, 0),
  row('two server errors', 'after', 'the sender’s claim', 503, 0),
  row('two server errors', 'before', 'the seq', 503, 0),
  row('two server errors', 'after', 'the seq', 503, 2),
  row('two server errors', 'before', 'the message', 503, 1),
  row('two server errors', 'after', 'the message', 503, 0),
  row('a lost answer', 'after', 'the sender’s claim', 201, 0),
  row('a lost answer', 'after', 'the seq', 201, 1),
  row('a lost answer', 'after', 'the message', 201, 0),
];

interface Struck {
  row: Row;
  alice: given.User;
  bob: given.User;
  conversation: string;
  firstStatus: number;
}

interface Repeated extends Struck {
  messageId: string;
  page: MessagePage;
}

let host: TestHost;
const repeated = new Map<Row, Repeated>();

/**
 * A fault strikes whoever comes next by HTTP, so that every row has its turn; the repeats come by frame, and wait side by side for
 * the leases of the dead to end.
 */
beforeAll(async () => {
  host = await startHost();
  const repeats: Promise<Repeated>[] = [];
  for (const each of rows) repeats.push(repeat(await strike(each)));
  for (const each of await Promise.all(repeats)) repeated.set(each.row, each);
});
afterAll(() => host.stop());

describe.each(rows)('$sentence, and the same send again', (each) => {
  test('is one message, at the seq that it should have', () => {
    const { page, firstStatus, messageId } = outcomeOf(each);
    expect(firstStatus).toBe(each.firstStatus);
    expect(page.messages.map(({ id, seq, text }) => ({ id, seq, text }))).toEqual([
      { id: messageId, seq: 1 + each.unusedSeqs, text: each.sentence },
    ]);
    expect(page.lastSeq).toBe(1 + each.unusedSeqs);
  });

  test('claims nothing settled while a seq may still be filled', () => {
    expect(outcomeOf(each).page.settledSeq).toBe(each.unusedSeqs > 0 ? 0 : 1);
  });

  test('reaches the receiver, and the next message follows', async () => {
    const { alice, bob, conversation, page } = outcomeOf(each);
    const next = await when.sendsByHttp(alice, conversation, 'next');
    expect(next.seq).toBe(page.lastSeq + 1);
    const received = await then.receivesAll(bob.socket, conversation, 2);
    expect(received.map(({ text }) => text)).toEqual([each.sentence, 'next']);
  });
});

async function strike(each: Row): Promise<Struck> {
  const alice = await given.user(host, 'alice');
  const bob = await given.user(host, 'bob');
  const conversation = await given.directConversation(alice, bob);
  await setFault(host, {
    service: 'dynamodb',
    function: 'SendMessage',
    ...calls[each.call],
    ...each.fault,
    when: each.when,
  });
  const { status } = await when.triesByHttp(alice, conversation, { text: each.sentence, clientMessageId: 'm1' });
  return { row: each, alice, bob, conversation, firstStatus: status };
}

/** As a client does: the same send again, as long as the answer says that it can succeed later. */
async function repeat(struck: Struck): Promise<Repeated> {
  const { alice, conversation, row } = struck;
  const messageId = await eventually(`the answer after ${row.sentence}`, async () => {
    const draft = { text: row.sentence, clientMessageId: 'm1' };
    const reply = await when.triesByFrame(alice.socket, conversation, draft);
    return !reply.ok && reply.error.code === 'UNAVAILABLE' ? undefined : when.messageIn(reply).id;
  });
  return { ...struck, messageId, page: await when.reads(alice, conversation) };
}

function outcomeOf(each: Row): Repeated {
  const outcome = repeated.get(each);
  if (!outcome) throw new Error(`${each.sentence} was never struck`);
  return outcome;
}
