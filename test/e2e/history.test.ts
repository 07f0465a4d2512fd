import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenTarget, openTarget } from '../helpers/client-target.ts';
import * as given from '../helpers/steps-given.ts';
import * as when from '../helpers/steps-when.ts';

let target: OpenTarget;
let alice: given.User;
let bob: given.AbsentUser;
let conversation: string;

beforeAll(async () => {
  target = await openTarget();
  alice = await given.user(target, 'alice');
  bob = await given.absentUser(target, 'bob');
  conversation = await given.directConversation(alice, bob);
  for (let n = 1; n <= 10; n += 1) await when.sendsByFrame(alice, conversation, `${n}`);
});
afterAll(() => target.close());

describe('a page of the history', () => {
  const rows: [query: string, seqs: number[], hasMoreBefore: boolean, hasMoreAfter: boolean][] = [
    ['', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false, false],
    ['?limit=3', [8, 9, 10], true, false],
    ['?limit=3&before=8', [5, 6, 7], true, true],
    ['?limit=3&before=4', [1, 2, 3], false, true],
    ['?limit=3&before=1', [], false, true],
    ['?limit=3&after=0', [1, 2, 3], false, true],
    ['?limit=3&after=7', [8, 9, 10], true, false],
    ['?limit=3&after=10', [], true, false],
    ['?limit=4&around=5', [3, 4, 5, 6], true, true],
    ['?limit=4&around=1', [1, 2], false, true],
    ['?limit=4&around=10', [8, 9, 10], true, false],
    ['?limit=4&around=99', [9, 10], true, false],
  ];
  test.each(rows)('messages%s', async (query, seqs, hasMoreBefore, hasMoreAfter) => {
    const page = await when.reads(bob, conversation, query);
    expect(page.messages.map(({ seq, text }) => [seq, text])).toEqual(seqs.map((seq) => [seq, `${seq}`]));
    expect(page).toMatchObject({ lastSeq: 10, settledSeq: 10, hasMoreBefore, hasMoreAfter });
  });

  test('of a conversation without a message is empty', async () => {
    const empty = await given.directConversation(alice, await given.absentUser(target, 'carol'));
    const page = await when.reads(alice, empty);
    expect(page).toEqual({ messages: [], lastSeq: 0, settledSeq: 0, hasMoreBefore: false, hasMoreAfter: false });
  });
});

describe('the list of conversations', () => {
  test('shows each side who the other is, what was said last and how much is unread', async () => {
    const [forAlice] = (await when.lists(alice)).conversations.filter(({ id }) => id === conversation);
    const [forBob] = (await when.lists(bob)).conversations;
    const common = {
      id: conversation,
      type: 'direct',
      memberCount: 2,
      lastSeq: 10,
      lastMessage: { text: '10', seq: 10 },
    };
    expect(forAlice).toMatchObject({ ...common, otherUser: { userId: bob.userId }, unreadCount: 0 });
    expect(forBob).toMatchObject({ ...common, otherUser: { userId: alice.userId }, unreadCount: 10 });
  });

  test('comes in pages that leave nothing out', async () => {
    const dave = await given.absentUser(target, 'dave');
    const made = new Set<string>();
    for (let n = 1; n <= 5; n += 1) made.add(await given.group(dave, [alice], `Group ${n}`));
    const listed: string[] = [];
    let query = '?limit=2';
    for (let pages = 0; query !== '' && pages < 10; pages += 1) {
      const { conversations, nextCursor } = await when.lists(dave, query);
      listed.push(...conversations.map(({ id }) => id));
      query = nextCursor === undefined ? '' : `?limit=2&cursor=${encodeURIComponent(nextCursor)}`;
    }
    expect(listed).toHaveLength(5);
    expect(new Set(listed)).toEqual(made);
  });

  test('shows a group with its title, and its owner as one', async () => {
    const group = await given.group(alice, [bob], 'Plans');
    const { body } = await when.calls(alice, `/conversations/${group}`);
    expect(body).toMatchObject({
      conversation: { id: group, type: 'group', title: 'Plans', memberCount: 2, role: 'owner' },
    });
  });
});
