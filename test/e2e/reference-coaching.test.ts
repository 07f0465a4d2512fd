import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenTarget, openTarget } from '../helpers/client-target.ts';
import * as given from '../helpers/steps-given.ts';
import * as people from '../helpers/steps-membership.ts';
import * as messages from '../helpers/steps-messages.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

let target: OpenTarget;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

/** What the coaching chat documents: direct and group conversations in a browser with several tabs, edits, admins of groups. */
async function course() {
  const [coach, client, guest] = [
    await given.user(target, 'coach'),
    await given.user(target, 'client'),
    await given.user(target, 'guest'),
  ];
  return { coach, client, guest, conversation: await given.group(coach, [client, guest], 'Morning course') };
}

describe('connecting', () => {
  test('takes the token from the query string, and refuses a bad one', async () => {
    const { client, conversation, coach } = await course();
    const tab = await given.connectionByQuery(client, 'token');
    await then.receives(tab, await when.sendsByHttp(coach, conversation, 'Welcome'));
    const expired = await target.token(client.userId, { expiresInSeconds: -60 });
    await expect(given.connectionByQuery({ ...client, token: expired }, 'token')).rejects.toMatchObject({
      status: 401,
    });
  });

  test('with several tabs shows everything in each of them', async () => {
    const { client, coach, conversation } = await course();
    const tabs = [client.socket, await given.connection(client), await given.connection(client)];
    const message = await when.sendsByFrame(coach, conversation, 'Warm up first');
    for (const tab of tabs) await then.receives(tab, message);
  });
});

describe('a conversation', () => {
  test('of two has no title, and of many needs one', async () => {
    const { coach, client } = await course();
    const direct = await people.creates(coach, { type: 'direct', userId: client.userId });
    expect(direct).toMatchObject({ type: 'direct', memberCount: 2 });
    expect(direct).not.toHaveProperty('title');
  });

  test('of two keeps its two', async () => {
    const { coach, client, guest } = await course();
    const direct = await given.directConversation(coach, client);
    then.isProblem(await people.triesToAdd(coach, direct, [guest]), { code: 'CONFLICT' });
    then.isProblem(await people.triesToLeave(client, direct), { code: 'CONFLICT' });
  });

  test('is renamed by who runs it, and by nobody else', async () => {
    const { coach, client, conversation } = await course();
    then.isProblem(await people.triesToChange(client, conversation, { title: 'Mine' }), { code: 'FORBIDDEN' });
    expect((await people.triesToChange(coach, conversation, { title: 'Evening course' })).status).toBe(200);
    const told = await then.isToldOf(client.socket, 'conversation.updated', conversation);
    expect(told.conversation.title).toBe('Evening course');
    expect((await people.opens(client, conversation)).title).toBe('Evening course');
  });

  test('is not left without somebody who runs it', async () => {
    const { coach, client, conversation } = await course();
    then.isProblem(await people.triesToLeave(coach, conversation), { code: 'CONFLICT' });
    await people.triesToChangeRole(coach, conversation, client, 'owner');
    expect((await people.triesToLeave(coach, conversation)).status).toBe(204);
    expect(await people.rolesIn(client, conversation)).toMatchObject({ [client.userId]: 'owner' });
  });

  test('shows what is unread, each to their own', async () => {
    const { coach, client, guest, conversation } = await course();
    for (const text of ['one', 'two', 'three']) await when.sendsByFrame(coach, conversation, text);
    await people.marksReadByFrame(client, conversation, 2);
    const unread = await Promise.all([coach, client, guest].map((reader) => people.opens(reader, conversation)));
    expect(unread.map(({ unreadCount }) => unreadCount)).toEqual([0, 1, 3]);
  });
});

describe('a message', () => {
  test('is edited by its sender, with everybody told and the mark that it was', async () => {
    const { coach, client, conversation } = await course();
    const message = await when.sendsByFrame(coach, conversation, '10 push-ups');
    const edited = await messages.edits(coach, message, { text: '20 push-ups' });
    expect(edited).toMatchObject({ id: message.id, seq: message.seq, editedAt: expect.any(String) });
    expect((await then.isToldOf(client.socket, 'message.updated', conversation)).message).toEqual(edited);
    await then.historyIs(client, conversation, ['20 push-ups']);
  });

  test('is deleted by its sender, and in a group by who runs it', async () => {
    const { coach, client, guest, conversation } = await course();
    const own = await when.sendsByFrame(client, conversation, 'I skipped it');
    then.isProblem(await messages.triesToDelete(guest, own), { code: 'FORBIDDEN' });
    await messages.deletes(client, own);
    const spam = await when.sendsByFrame(guest, conversation, 'Buy my shoes');
    await messages.deletes(coach, spam);
    const isSpam = ({ message }: { message: { id: string } }) => message.id === spam.id;
    await then.isToldOf(client.socket, 'message.deleted', conversation, isSpam);
    const { messages: seen } = await when.reads(client, conversation);
    expect(seen.map(({ text, deletedAt }) => [text, typeof deletedAt])).toEqual([
      [undefined, 'string'],
      [undefined, 'string'],
    ]);
  });

  test('read is told to its sender', async () => {
    const { coach, client, conversation } = await course();
    const message = await when.sendsByFrame(coach, conversation, 'See you at six');
    await people.marksReadByFrame(client, conversation, message.seq);
    const read = await then.isToldOf(coach.socket, 'receipt.read', conversation);
    expect(read).toEqual({ userId: client.userId, seq: message.seq });
  });
});

describe('a group', () => {
  test('is managed by who runs it, and answers 403 to everyone else', async () => {
    const { coach, client, guest, conversation } = await course();
    const friend = await given.absentUser(target, 'friend');
    then.isProblem(await people.triesToAdd(client, conversation, [friend]), { code: 'FORBIDDEN' });
    then.isProblem(await people.triesToRemove(client, conversation, guest), { code: 'FORBIDDEN' });
    then.isProblem(await people.triesToChangeRole(client, conversation, client, 'owner'), { code: 'FORBIDDEN' });
    await people.adds(coach, conversation, [friend]);
    expect((await people.triesToRemove(coach, conversation, guest)).status).toBe(204);
    const members = (await people.membersOf(client, conversation)).map(({ userId }) => userId);
    expect(members.toSorted()).toEqual([coach.userId, client.userId, friend.userId].toSorted());
  });

  test('can be muted, pinned and put away by each member alone', async () => {
    const { client, guest, conversation } = await course();
    const mutedUntil = '2099-01-01T00:00:00.000Z';
    await people.prefers(client, conversation, { mutedUntil, pinned: true, notify: 'mentions' });
    const own = (await people.opens(client, conversation)).preferences;
    expect(own).toEqual({ mutedUntil, pinned: true, archived: false, notify: 'mentions' });
    const others = (await people.opens(guest, conversation)).preferences;
    expect(others).toEqual({ pinned: false, archived: false, notify: 'all' });
  });
});
