import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../contract/message.ts';
import type { ReactionPage } from '../../../contract/reaction.ts';
import { headKey, markPrefix, memberKey, messageKey, pinsKey, revisionPrefix } from '../../../lambdas/data/keys.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

let backend: Backend;
let group: string;
const bobsPhone = { userId: 'bob', connectionId: 'c-bob' };
const service = { userId: 'shop', scope: 'chat:service' };

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());

beforeEach(async () => {
  captureOutput();
  group = await newGroup();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function newGroup(memberIds = ['bob', 'cy']): Promise<string> {
  const { body } = await backend.create('ann', { type: 'group', title: 'Team', memberIds });
  return body.conversation.id;
}

/** Bob says it, a plain member. */
async function said(text = 'hello', more: object = {}): Promise<Message> {
  const { body } = await backend.send('bob', group, { ...textOf(`m-${Math.random()}`, text), ...more });
  return body.message;
}

const seen = async (reader: string, { id }: Pick<Message, 'id'>) =>
  (await backend.onMessage(reader, 'GET', id)).body.message;
const react = (userId: string, { id }: Message, emoji = '👍') =>
  backend.onMessage(userId, 'PUT /reactions/{emoji}', id, { params: { emoji } });
const unreact = (userId: string, { id }: Message, emoji = '👍') =>
  backend.onMessage(userId, 'DELETE /reactions/{emoji}', id, { params: { emoji } });
const itemOf = ({ seq }: Message) => backend.database.itemOf(messageKey(group, seq));
const headOf = () => backend.database.itemOf(headKey(group));
const itemsLike = async (prefix: string) =>
  (await backend.database.partition(headKey(group).PK)).filter(({ SK }) => String(SK).startsWith(prefix));
const close = () => backend.database.change(headKey(group), { closedAtMs: 1 });

describe('an edit', () => {
  test('says it otherwise, keeps what was said, and is told to all', async () => {
    const message = await said('hello', { metadata: { colour: 'red' } });

    const { status, body } = await backend.onMessage('bob', 'PATCH', message.id, { body: { text: 'good day' } });

    expect(status).toBe(200);
    expect(body.message).toEqual({
      ...message,
      text: 'good day',
      editedAt: expect.stringMatching(/Z$/),
      rev: 1,
    });
    expect(await itemOf(message)).toMatchObject({
      text: 'good day',
      editedBy: 'bob',
      emit: 'message.updated',
      changed: { membershipVersion: 1 },
    });
    expect(await itemsLike(revisionPrefix(message.seq))).toMatchObject([{ rev: 1, text: 'hello', editedBy: 'bob' }]);
    expect(await itemsLike(markPrefix)).toMatchObject([{ rev: 1, seq: message.seq }]);
    expect(await headOf()).toMatchObject({ lastRev: 1, lastMessage: { text: 'good day' } });
  });

  test('of a message that is not the last leaves the list as it is', async () => {
    const message = await said('first');
    await said('second');
    await backend.onMessage('bob', 'PATCH', message.id, { body: { text: 'the first' } });
    expect(await headOf()).toMatchObject({ lastRev: 1, lastMessage: { text: 'second' } });
  });

  test('by frame is not told to the connection that asked for it', async () => {
    const { id, seq } = await said();
    const reply = await backend.changeByFrame(bobsPhone, 'message.edit', { messageId: id, text: 'by frame' });
    expect(reply).toMatchObject({ ok: true, data: { message: { text: 'by frame', rev: 1 } } });
    expect(await backend.database.itemOf(messageKey(group, seq))).toMatchObject({ changed: { via: 'c-bob' } });
  });

  test('at the same time as others’ reactions and edits loses none of them', async () => {
    const message = await said();
    const edits = ['a', 'b', 'c'].map((text) => backend.onMessage('bob', 'PATCH', message.id, { body: { text } }));
    const reactions = ['ann', 'bob', 'cy'].map((userId) => react(userId, message));

    const answers = await Promise.all([...edits, ...reactions]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 204, 204, 204]);
    const shown = await seen('ann', message);
    expect(shown.reactions).toEqual({ '👍': { count: 3, mine: true } });
    expect((await itemsLike(revisionPrefix(message.seq))).map(({ text }) => text)).toContain('hello');
    expect(await itemsLike(revisionPrefix(message.seq))).toHaveLength(3);
    expect(shown.rev).toBeLessThanOrEqual(Number((await headOf())?.lastRev));
  });

  test('says no more than fits a frame', async () => {
    const long = await said('x'.repeat(5_000), { encrypted: { algorithm: 'a', ciphertext: 'c'.repeat(14_000) } });

    const metadata = { filler: 'x'.repeat(4_000) };
    const tooLong = await backend.onMessage('bob', 'PATCH', long.id, { body: { text: '€'.repeat(5_000), metadata } });
    expect(tooLong.body.code).toBe('VALIDATION_FAILED');
  });
});

describe('a deletion', () => {
  test('leaves the place and nothing of what was said, and keeps the original', async () => {
    const message = await said('secret', { metadata: { a: 1 } });
    await react('ann', message);
    await backend.onMessage('ann', 'PUT /pin', message.id);

    expect((await backend.onMessage('bob', 'DELETE', message.id)).status).toBe(204);

    const { text, metadata, ...place } = message;
    const tombstone = { ...place, deletedAt: expect.stringMatching(/Z$/), rev: 3 };
    expect(await seen('ann', message)).toEqual(tombstone);
    expect((await backend.read('ann', group)).body.messages).toEqual([tombstone]);
    expect(JSON.stringify(await itemOf(message))).not.toContain('secret');
    expect(await itemsLike(revisionPrefix(message.seq))).toMatchObject([{ text: 'secret', isDeletion: true }]);
    expect((await headOf())?.lastMessage).not.toHaveProperty('text');
    expect((await backend.pins('ann', group)).body).toEqual({ messages: [] });
    expect(await backend.database.itemOf(pinsKey(group))).toMatchObject({ pins: {} });
  });

  test('again changes nothing', async () => {
    const message = await said();
    await backend.onMessage('bob', 'DELETE', message.id);
    expect((await backend.onMessage('bob', 'DELETE', message.id)).status).toBe(204);
    expect(await headOf()).toMatchObject({ lastRev: 1 });
  });

  test('by frame answers with what is left', async () => {
    const { id } = await said();
    const reply = await backend.changeByFrame(bobsPhone, 'message.delete', { messageId: id });
    expect(reply).toMatchObject({ ok: true, data: { message: { id, deletedAt: expect.any(String) } } });
  });

  test('is possible in a closed conversation, where nothing else is', async () => {
    const message = await said();
    await close();
    const answers = [
      await backend.onMessage('bob', 'PATCH', message.id, { body: { text: 'new' } }),
      await react('ann', message),
      await unreact('ann', message),
      await backend.onMessage('ann', 'PUT /pin', message.id),
    ];
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    expect((await backend.onMessage('bob', 'DELETE', message.id)).status).toBe(204);
  });
});

test.each<[string, string, string, object | undefined, number]>([
  ['a member edits the message of another', 'cy', 'PATCH', { text: 'x' }, 403],
  ['an owner edits the message of another', 'ann', 'PATCH', { text: 'x' }, 403],
  ['a member deletes the message of another', 'cy', 'DELETE', undefined, 403],
  ['an owner deletes the message of another', 'ann', 'DELETE', undefined, 204],
  ['a member pins', 'bob', 'PUT /pin', undefined, 403],
  ['an owner pins', 'ann', 'PUT /pin', undefined, 204],
  ['a stranger looks', 'eve', 'GET', undefined, 403],
  ['a stranger deletes', 'eve', 'DELETE', undefined, 403],
])('when %s', async (_, userId, what, body, status) => {
  const { id } = await said();
  expect((await backend.onMessage(userId, what, id, { body })).status).toBe(status);
});

test('a backend reads, deletes and pins anywhere, and edits its own', async () => {
  const message = await said();
  expect((await backend.onMessage(service, 'GET', message.id)).status).toBe(200);
  expect((await backend.onMessage(service, 'PUT /pin', message.id)).status).toBe(204);
  expect((await backend.onMessage(service, 'PATCH', message.id, { body: { text: 'x' } })).status).toBe(403);
  expect((await backend.onMessage(service, 'DELETE', message.id)).status).toBe(204);
  const own = (await backend.send(service, group, { ...textOf('s-1'), type: 'system' })).body.message;
  expect((await backend.onMessage(service, 'PATCH', own.id, { body: { text: 'x' } })).status).toBe(200);
});

test.each([
  ['GET', {}],
  ['PATCH', { body: { text: 'x' } }],
  ['DELETE', {}],
  ['GET /replies', {}],
  ['GET /reactions', {}],
  ['PUT /reactions/{emoji}', { params: { emoji: '👍' } }],
  ['PUT /pin', {}],
  ['POST /forward', { body: { conversationIds: ['g1'] } }],
])('%s tells a stranger nothing, whether there is a message, a conversation or an id at all', async (what, request) => {
  const { id } = await said();
  const answers = await Promise.all(
    [id, `${group}.99`, 'gnothing.1', 'no-id'].map((messageId) => backend.onMessage('eve', what, messageId, request)),
  );
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  expect((await backend.onMessage('ann', what, `${group}.99`, request)).status).toBe(404);
});

describe('a reaction', () => {
  test('is counted once for each user and emoji, and is the reader’s own for whoever gave it', async () => {
    const message = await said();
    for (const userId of ['ann', 'ann', 'cy']) expect((await react(userId, message)).status).toBe(204);
    await react('cy', message, ':party:');

    expect((await seen('ann', message)).reactions).toEqual({
      '👍': { count: 2, mine: true },
      ':party:': { count: 1, mine: false },
    });
    expect((await backend.read('bob', group)).body.messages).toMatchObject([
      { reactions: { '👍': { count: 2, mine: false } }, rev: 3 },
    ]);
    expect(await itemsLike(markPrefix)).toHaveLength(3);
    const { body } = await backend.onMessage<ReactionPage>('bob', 'GET /reactions', message.id);
    const given = body.reactions.map(({ userId, emoji }) => `${userId} ${emoji}`);
    expect(given.toSorted()).toEqual(['ann 👍', 'cy 👍', 'cy :party:'].toSorted());
  });

  test('taken back is gone, and taking it back again changes nothing', async () => {
    const message = await said();
    await react('ann', message);
    expect((await unreact('ann', message)).status).toBe(204);
    expect((await unreact('ann', message)).status).toBe(204);
    expect(await seen('ann', message)).not.toHaveProperty('reactions');
    expect(await itemOf(message)).toMatchObject({
      emit: 'reaction.removed',
      changed: { userId: 'ann', emoji: '👍', count: 0, rev: 2 },
      reactions: {},
    });
    expect(await headOf()).toMatchObject({ lastRev: 2 });
  });

  test('of many at once is counted exactly', async () => {
    const users = Array.from({ length: 8 }, (_, n) => `u${n}`);
    group = await newGroup(['bob', ...users]);
    const message = await said();
    const statuses = await Promise.all(users.map(async (userId) => (await react(userId, message)).status));
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect((await seen('u0', message)).reactions).toEqual({ '👍': { count: 8, mine: true } });
    await Promise.all(users.slice(0, 5).map((userId) => unreact(userId, message)));
    expect((await seen('u0', message)).reactions).toEqual({ '👍': { count: 3, mine: false } });
  });

  test('that was written and never shown, because its try died, is shown by a repeat', async () => {
    const message = await said();
    await react('ann', message);
    await backend.database.change(messageKey(group, message.seq), { reactions: {} });
    await react('ann', message);
    expect((await seen('ann', message)).reactions).toEqual({ '👍': { count: 1, mine: true } });
  });

  test('is one of twenty emoji at most', async () => {
    const message = await said();
    for (let n = 0; n < 20; n += 1) await react('ann', message, `:e${n}:`);
    expect((await react('bob', message, ':one-more:')).body).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'emoji' }],
    });
    expect((await react('bob', message, ':e7:')).status).toBe(204);
  });

  test('is listed in pages', async () => {
    const message = await said();
    for (const emoji of [':a:', ':b:', ':c:']) await react('ann', message, emoji);
    const seenEmoji: string[] = [];
    let query: Record<string, string> | undefined = { limit: '2' };
    while (query) {
      const page: ReactionPage = (await backend.onMessage<ReactionPage>('bob', 'GET /reactions', message.id, { query }))
        .body;
      seenEmoji.push(...page.reactions.map(({ emoji }) => emoji));
      query = page.nextCursor ? { limit: '2', cursor: page.nextCursor } : undefined;
    }
    expect(seenEmoji).toEqual([':a:', ':b:', ':c:']);
  });

  test('by frame is answered with nothing, and told with the count', async () => {
    const message = await said();
    const data = { messageId: message.id, emoji: '🎉' };
    expect(await backend.changeByFrame(bobsPhone, 'reaction.add', data)).toMatchObject({ ok: true, data: {} });
    expect(await itemOf(message)).toMatchObject({ emit: 'reaction.added', changed: { count: 1, via: 'c-bob' } });
    expect(await backend.changeByFrame(bobsPhone, 'reaction.remove', data)).toMatchObject({ ok: true });
    expect(await itemOf(message)).toMatchObject({ emit: 'reaction.removed', changed: { count: 0 } });
  });
});

describe('a pin', () => {
  const pin = (message: Message) => backend.onMessage('ann', 'PUT /pin', message.id);

  test('is shown on the message and among the pins, newest first, until it is taken off', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const [one, two] = [await said('one'), await said('two')];
    await pin(one);
    vi.setSystemTime(Date.now() + 1_000);
    await pin(two);
    await pin(one);

    const pins = async () => (await backend.pins('bob', group)).body.messages.map(({ text, pinned }) => [text, pinned]);
    expect(await pins()).toEqual([
      ['two', true],
      ['one', true],
    ]);
    expect(await headOf()).toMatchObject({ lastRev: 2 });

    expect((await backend.onMessage('ann', 'DELETE /pin', one.id)).status).toBe(204);
    expect(await pins()).toEqual([['two', true]]);
    expect(await seen('bob', one)).not.toHaveProperty('pinned');
    expect(await itemOf(one)).toMatchObject({ emit: 'message.updated' });
  });

  test('is one of fifty at most', async () => {
    const message = await said();
    const pins = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [String(n + 100), 1]));
    await pin(message);
    await backend.database.change(pinsKey(group), { pins });
    expect((await pin(message)).body.code).toBe('VALIDATION_FAILED');
  });

  test('and its removal at the same time leave the message as the pins have it', async () => {
    const message = await said();
    await pin(message);
    const both = [backend.onMessage('ann', 'DELETE /pin', message.id), pin(message)];
    await Promise.all(both);
    const isPinned = (await backend.pins('bob', group)).body.messages.length === 1;
    expect((await seen('bob', message)).pinned ?? false).toBe(isPinned);
  });
});

describe('a reply', () => {
  test('is counted on what it answers, and found below it', async () => {
    const parent = await said('question');
    const replies = [
      await said('one', { replyTo: parent.id }),
      await said('two', { replyTo: parent.id }),
      await said('three', { replyTo: parent.id }),
    ];
    expect(replies[0]).toMatchObject({ replyTo: parent.id });
    expect(await seen('ann', parent)).toMatchObject({ replyCount: 3, rev: 0 });

    const page = (query: Record<string, string>) =>
      backend.onMessage<{ messages: Message[]; nextCursor?: string }>('ann', 'GET /replies', parent.id, { query });
    const first = (await page({ limit: '2' })).body;
    expect(first.messages).toEqual(replies.slice(0, 2));
    expect((await page({ limit: '2', cursor: first.nextCursor ?? '' })).body).toEqual({ messages: replies.slice(2) });
  });

  test('is written once, and counted once, however often it is sent', async () => {
    const parent = await said();
    const body = { ...textOf('again'), replyTo: parent.id };
    const answers = await Promise.all([1, 2, 3].map(() => backend.send('bob', group, body)));
    expect(new Set(answers.map(({ body }) => body.message.id)).size).toBe(1);
    expect(await seen('ann', parent)).toMatchObject({ replyCount: 1 });
  });

  test.each(['another conversation', 'nothing'])('to %s is refused, and leaves no trace', async (what) => {
    const replyTo = what === 'nothing' ? `${group}.99` : 'gother.1';
    const { body } = await backend.send('bob', group, { ...textOf('m-1'), replyTo });
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'replyTo' }] });
    expect(await headOf()).toMatchObject({ lastSeq: 0 });
    expect(await backend.database.itemOf(memberKey(group, 'bob'))).toMatchObject({ ownSinceRead: 0, recentSends: {} });
  });
});

describe('a forward', () => {
  test('says it again elsewhere, with the original named however often it is forwarded', async () => {
    const other = await newGroup();
    const message = await said('news', { metadata: { a: 1 }, mentions: ['cy'] });

    const { status, body } = await backend.onMessage<{ messages: Message[] }>('ann', 'POST /forward', message.id, {
      body: { conversationIds: [other, group] },
    });

    expect(status).toBe(201);
    const forwardedFrom = { messageId: message.id, senderId: 'bob' };
    expect(body.messages).toMatchObject([
      { conversationId: other, senderId: 'ann', text: 'news', metadata: { a: 1 }, forwardedFrom },
      { conversationId: group, senderId: 'ann', text: 'news', forwardedFrom },
    ]);
    expect(body.messages[0]).not.toHaveProperty('mentions');
    const on = await backend.onMessage<{ messages: Message[] }>('cy', 'POST /forward', body.messages[0]?.id ?? '', {
      body: { conversationIds: [group] },
    });
    expect(on.body.messages).toMatchObject([{ forwardedFrom }]);
  });

  test('repeated with its clientMessageId is the same', async () => {
    const message = await said();
    const forward = () =>
      backend.onMessage<{ messages: Message[] }>('ann', 'POST /forward', message.id, {
        body: { conversationIds: [group, group], clientMessageId: 'f-1' },
      });
    const first = await forward();
    const second = await forward();
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.messages).toEqual(first.body.messages);
    expect(await headOf()).toMatchObject({ lastSeq: 2 });
  });

  test('to one conversation too many reaches none of them', async () => {
    const message = await said();
    const { body } = await backend.create('dan', { type: 'group', title: 'Theirs', memberIds: [] });
    const conversationIds = [group, body.conversation.id];
    const answer = await backend.onMessage('ann', 'POST /forward', message.id, { body: { conversationIds } });
    expect(answer.status).toBe(403);
    expect(await headOf()).toMatchObject({ lastSeq: 1 });
  });
});

describe('a backend that is no member', () => {
  test('sends system messages, each exactly once', async () => {
    const body = { ...textOf('s-1'), type: 'system' };
    const sent = await Promise.all([1, 2, 3].map(() => backend.send(service, group, body)));
    expect(sent.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
    expect(new Set(sent.map(({ body }) => body.message.id)).size).toBe(1);
    for (let n = 2; n < 40; n += 1) await backend.send(service, group, { ...body, clientMessageId: `s-${n}` });
    expect((await backend.send(service, group, { ...body, clientMessageId: 's-39' })).status).toBe(200);
    expect(await headOf()).toMatchObject({ lastSeq: 39 });
    const [sender] = await itemsLike('SENDER#');
    expect(Object.keys(sender?.recentSends as object).length).toBeLessThanOrEqual(32);
  });

  test('is told where there is no such conversation, or a closed one', async () => {
    expect((await backend.send(service, 'gnothing', textOf('s-1'))).status).toBe(404);
    await close();
    expect((await backend.send(service, group, textOf('s-1'))).status).toBe(409);
  });

  test('is nobody that a user can be', async () => {
    expect((await backend.send('bob', group, { ...textOf('m-1'), type: 'system' })).status).toBe(403);
  });
});

test('who is blocked finds the conversation closed', async () => {
  const message = await said();
  await backend.database.change(memberKey(group, 'bob'), { blockedAtMs: 1 });
  expect((await backend.send('bob', group, textOf('m-2'))).body.detail).toBe(
    'unable to send the message; the conversation is closed',
  );
  expect((await backend.onMessage('bob', 'PATCH', message.id, { body: { text: 'x' } })).status).toBe(409);
  expect((await react('bob', message)).status).toBe(409);
});

describe('the status of an own message', () => {
  test('is that of the slowest of the others, and only its sender’s to see', async () => {
    const messages = [await said('one'), await said('two')];
    const statuses = async (reader: string) =>
      (await backend.read(reader, group)).body.messages.map(({ status }) => status);
    expect(await statuses('bob')).toEqual(['sent', 'sent']);

    await backend.database.change(memberKey(group, 'ann'), { lastReadSeq: 2, lastDeliveredSeq: 2 });
    await backend.database.change(memberKey(group, 'cy'), { lastReadSeq: 1, lastDeliveredSeq: 2 });
    expect(await statuses('bob')).toEqual(['read', 'delivered']);
    expect(await statuses('ann')).toEqual(['sent', 'sent']);
    expect(await Promise.all(messages.map(async (message) => (await seen('bob', message)).status))).toEqual([
      'read',
      'delivered',
    ]);
  });

  test('is not told in a large conversation, which its members read all the same, and strangers don’t', async () => {
    group = await newGroup(['zoe', ...Array.from({ length: 100 }, (_, n) => `u${n}`)]);
    const { body } = await backend.send('zoe', group, textOf('m-1'));
    expect((await backend.read('zoe', group)).body.messages).toEqual([body.message]);
    expect((await backend.read('zz-stranger', group)).status).toBe(403);
    expect((await backend.pins('zz-stranger', group)).status).toBe(403);
  });
});
