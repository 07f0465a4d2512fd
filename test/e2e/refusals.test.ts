import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import type { HttpCall } from '../helpers/client-http.ts';
import { eventually } from '../helpers/client-local.ts';
import { type OpenTarget, openTarget } from '../helpers/client-target.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

let target: OpenTarget;
let alice: given.User;
let mallory: given.User;
let conversation: string;

beforeAll(async () => {
  target = await openTarget();
  alice = await given.user(target, 'alice');
  mallory = await given.user(target, 'mallory');
  conversation = await given.directConversation(alice, await given.absentUser(target, 'bob'));
});
afterAll(() => target.close());

const invalid = (path: string, message: string): then.Refusal => ({
  code: 'VALIDATION_FAILED',
  errors: [{ path, message }],
});

const draft = { clientMessageId: 'm1', text: 'hello' };
const nested = (levels: number): unknown => (levels === 0 ? 1 : { deeper: nested(levels - 1) });

const drafts: [sentence: string, data: object, refusal: then.Refusal][] = [
  ['without a text', { clientMessageId: 'm1' }, invalid('text', expect.any(String))],
  ['without a clientMessageId', { text: 'hello' }, invalid('clientMessageId', 'is required')],
  ['with an empty clientMessageId', { ...draft, clientMessageId: '' }, invalid('clientMessageId', 'must not be empty')],
  ['with a blank text', { ...draft, text: ' \n ' }, invalid('text', 'must not be empty')],
  ['with a text that is a number', { ...draft, text: 7 }, invalid('text', 'must be a string')],
  ['with 5,001 characters', { ...draft, text: 'é'.repeat(5_001) }, invalid('text', 'must be at most 5000 characters')],
  ['with a NUL in the text', { ...draft, text: 'a\u0000b' }, invalid('text', 'must not contain control characters')],
  ['with half an emoji', { ...draft, text: '\ud83d' }, invalid('text', 'must not contain control characters')],
  ['of an unknown type', { ...draft, type: 'poem' }, invalid('type', expect.stringMatching(/^must be one of: text/))],
  ['with an unknown field', { ...draft, colour: 'red' }, invalid('colour', 'is not known')],
  [
    'with metadata over 4 KB',
    { ...draft, metadata: { a: 'x'.repeat(4_096) } },
    invalid('metadata', 'must be at most 4096 bytes as JSON'),
  ],
  ['nested too deeply', { ...draft, metadata: nested(30) }, invalid('', 'must not be nested deeper than 24 levels')],
  ['in the name of another', { ...draft, senderId: 'bob' }, invalid('senderId', 'is not known')],
];

describe('a message is refused', () => {
  test.each(drafts)('%s, by HTTP', async (_sentence, body, refusal) => {
    const answer = await when.calls(alice, `/conversations/${conversation}/messages`, { method: 'POST', body });
    then.isProblem(answer, refusal);
  });

  test.each(drafts)('%s, by frame', async (_sentence, data, refusal) => {
    then.isRefusal(await alice.socket.request('message.send', { conversationId: conversation, ...data }), refusal);
  });

  test('by a stranger, as one to a conversation that does not exist', async () => {
    const refusals = [conversation, 'd0000000000000000000000'].map(async (id) => [
      await when.triesByFrame(mallory.socket, id, draft),
      await when.triesByHttp(mallory, id, draft),
      await when.calls(mallory, `/conversations/${id}`),
      await when.calls(mallory, `/conversations/${id}/messages`),
    ]);
    const [foreign, missing] = await Promise.all(refusals);
    expect(withoutIds(foreign)).toEqual(withoutIds(missing));
    for (const each of foreign ?? []) {
      if ('status' in each) then.isProblem(each, { code: 'FORBIDDEN' });
      else then.isRefusal(each, { code: 'FORBIDDEN' });
    }
  });
});

describe('a request is refused', () => {
  const post = (body: unknown): HttpCall => ({ method: 'POST', body });
  const put = (body: unknown): HttpCall => ({ method: 'PUT', body });
  const rows: [sentence: string, path: string, call: HttpCall, refusal: then.Refusal][] = [
    ['without a token', '/conversations', { authorization: undefined }, { code: 'UNAUTHENTICATED' }],
    ['with a token that is none', '/conversations', { authorization: 'Bearer x.y.z' }, { code: 'UNAUTHENTICATED' }],
    ['with another scheme', '/conversations', { authorization: 'Basic YWxpY2U6eA==' }, { code: 'UNAUTHENTICATED' }],
    ['that is no JSON', '/conversations', post('{"type":'), { code: 'VALIDATION_FAILED' }],
    ['without a body', '/conversations', { method: 'POST' }, { code: 'VALIDATION_FAILED' }],
    ['that is a list', '/conversations', post([]), invalid('', 'must be an object')],
    ['of 256 KB and more', '/conversations', post(`"${'x'.repeat(limits.bodyBytes)}"`), { code: 'PAYLOAD_TOO_LARGE' }],
    ['on an unknown route', '/nothing', {}, { code: 'NOT_FOUND' }],
    ['with an unknown method', '/conversations', { method: 'DELETE' }, { code: 'NOT_FOUND' }],
    ['for no items', '/conversations?limit=0', {}, invalid('limit', 'must be 1 or more')],
    ['for too many items', '/conversations?limit=101', {}, invalid('limit', 'must be at most 100')],
    ['for half an item', '/conversations?limit=1.5', {}, invalid('limit', 'must be a whole number')],
    ['with an unknown parameter', '/conversations?page=2', {}, invalid('page', 'is not known')],
    [
      'for a group with a nameless member',
      '/conversations',
      post({ type: 'group', title: 'x', memberIds: ['bob', ''] }),
      invalid('memberIds[1]', 'must not be empty'),
    ],
    [
      'for a group without a title',
      '/conversations',
      post({ type: 'group', memberIds: [] }),
      invalid('title', 'is required'),
    ],
    [
      'for a device of an unknown platform',
      '/users/me/devices/phone',
      put({ platform: 'fax', token: 't' }),
      invalid('platform', 'must be one of: fcm, apns, apns_sandbox'),
    ],
  ];
  test.each(rows)('%s', async (_sentence, path, call, refusal) => {
    then.isProblem(await when.calls(alice, path, call), refusal);
  });

  test('for a group of more than 1,000', async () => {
    const memberIds = Array.from({ length: 1_000 }, (_, n) => `user${n}`);
    const answer = await when.calls(alice, '/conversations', post({ type: 'group', title: 'x', memberIds }));
    then.isProblem(answer, invalid('memberIds', 'must leave a group at most 1000 members'));
  });

  test('for a conversation with oneself', async () => {
    const answer = await when.calls(alice, '/conversations', post({ type: 'direct', userId: alice.userId }));
    then.isProblem(answer, invalid('userId', 'must be another user'));
  });

  test('for two places in the history at once', async () => {
    const answer = await when.calls(alice, `/conversations/${conversation}/messages?before=1&after=1`);
    then.isProblem(answer, invalid('', 'only one of before, after and around can be given'));
  });

  test('with a cursor that nobody gave out', async () => {
    const refusal = invalid('cursor', 'is not a cursor of this list');
    then.isProblem(await when.calls(alice, '/conversations?cursor=made-up'), refusal);
  });

  test('with an expired token', async () => {
    const authorization = `Bearer ${await target.token(alice.userId, { expiresInSeconds: -60 })}`;
    then.isProblem(await when.calls(alice, '/conversations', { authorization }), { code: 'UNAUTHENTICATED' });
  });
});

describe('a frame is refused, and the connection stays open', () => {
  const rows: [
    sentence: string,
    frame: string,
    address: { reply: string | null; id: string | null },
    refusal: then.Refusal,
  ][] = [
    ['that is no JSON', 'hello', { reply: null, id: null }, { code: 'VALIDATION_FAILED' }],
    ['that is a list', '[]', { reply: null, id: null }, invalid('', 'must be an object')],
    ['without an action', '{"id":"f1"}', { reply: null, id: 'f1' }, invalid('action', 'is required')],
    [
      'of an unknown action',
      '{"id":"f2","action":"message.burn"}',
      { reply: 'message.burn', id: 'f2' },
      invalid('action', 'is not known'),
    ],
    [
      'with an unknown field',
      '{"id":"f3","action":"message.send","to":"bob"}',
      { reply: 'message.send', id: 'f3' },
      invalid('to', 'is not known'),
    ],
    [
      'whose id is a number',
      '{"id":4,"action":"message.send"}',
      { reply: 'message.send', id: null },
      invalid('id', 'must be a string'),
    ],
  ];
  test.each(rows)('%s', async (_sentence, frame, address, refusal) => {
    const socket = await given.connection(alice);
    socket.sendRaw(frame);
    const reply = await socket.frames.first('a reply', (each) => ('reply' in each ? each : undefined));
    expect(reply).toMatchObject(address);
    then.isRefusal(reply, refusal);
    expect(await when.triesByFrame(socket, conversation, { text: 'still here' })).toMatchObject({ ok: true });
    await socket.close();
  });

  test('once the token of its connection is over', async () => {
    const token = await target.token(alice.userId, { expiresInSeconds: 2 });
    const socket = await given.connection({ ...alice, token });
    const refused = await eventually('the end of the token', async () => {
      const reply = await when.triesByFrame(socket, conversation, { text: 'hello', clientMessageId: 'before the end' });
      return reply.ok ? undefined : reply;
    });
    then.isRefusal(refused, { code: 'UNAUTHENTICATED' });
  });
});

/** Everything in answers that does not name the one request. */
const withoutIds = (answers: unknown) =>
  JSON.parse(JSON.stringify(answers, (key, value) => (key === 'requestId' || key === 'id' ? undefined : value)));
