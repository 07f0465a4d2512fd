import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreateConversation } from '../../contract/conversation.ts';
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

/** What the marketplace's chat documents: one conversation for each booking or dispute, kept by the backend as evidence. */
const newBooking = () => ({ type: 'booking', id: crypto.randomUUID() });

async function booking() {
  const backend = await people.service(target, 'marketplace');
  const [worker, borrower] = [await given.user(target, 'worker'), await given.user(target, 'borrower')];
  const context = newBooking();
  const { id: conversation } = await people.creates(backend, {
    type: 'group',
    title: 'Booking',
    context,
    memberIds: [worker.userId, borrower.userId],
  });
  return { backend, worker, borrower, context, conversation };
}

describe('the conversation of a booking', () => {
  test('is made once, whoever of its people asks again, and found by the booking', async () => {
    const { backend, worker, context, conversation } = await booking();
    const request: CreateConversation = { type: 'group', title: 'Another', context, memberIds: [] };
    for (const asker of [backend, worker]) {
      const again = await people.triesToCreate(asker, request);
      expect([again.status, again.body.conversation.id]).toEqual([200, conversation]);
    }
    expect(await people.findsByContext(worker, context)).toMatchObject([{ id: conversation, context }]);
  });

  test('is one for each context: a dispute about the same booking is another', async () => {
    const { backend, worker, context, conversation } = await booking();
    const dispute = { type: 'dispute', id: context.id };
    const memberIds = [worker.userId];
    const made = await people.triesToCreate(backend, { type: 'group', title: 'Dispute', context: dispute, memberIds });
    expect(made.status).toBe(201);
    expect(made.body.conversation.id).not.toBe(conversation);
  });

  test('can’t be had by a stranger who knows the booking’s number', async () => {
    const { context, conversation } = await booking();
    const stranger = await given.absentUser(target, 'stranger');
    const request: CreateConversation = { type: 'group', title: 'Mine', context, memberIds: [] };
    then.isProblem(await people.triesToCreate(stranger, request), { code: 'FORBIDDEN' });
    then.isProblem(await people.triesToOpen(stranger, conversation), { code: 'FORBIDDEN' });
  });

  test('stays bound to it for ever', async () => {
    const { backend, conversation } = await booking();
    then.isProblem(await people.triesToChange(backend, conversation, { context: newBooking() }), {
      code: 'VALIDATION_FAILED',
      errors: expect.arrayContaining([{ path: 'context', message: 'is not known' }]),
    });
  });
});

describe('who takes part', () => {
  test('is what the backend says, when the booking changes', async () => {
    const { backend, worker, borrower, conversation } = await booking();
    const supervisor = await given.user(target, 'supervisor');
    expect((await people.triesToSetMembers(backend, conversation, [supervisor, borrower])).status).toBeLessThan(300);
    const added = await then.isToldOf(supervisor.socket, 'member.added', conversation);
    expect(added.member.userId).toBe(supervisor.userId);
    const removed = await then.isToldOf(worker.socket, 'member.removed', conversation);
    expect(removed.member.userId).toBe(worker.userId);

    const members = (await people.membersOf(borrower, conversation)).map(({ userId }) => userId);
    expect(members).toEqual(expect.arrayContaining([supervisor.userId, borrower.userId]));
    expect(members).not.toContain(worker.userId);
    then.isProblem(await people.triesToOpen(worker, conversation), { code: 'FORBIDDEN' });
  });

  test('is nothing that they can say themselves', async () => {
    const { worker, borrower, conversation } = await booking();
    then.isProblem(await people.triesToSetMembers(worker, conversation, [worker]), { code: 'FORBIDDEN' });
    then.isProblem(await people.triesToRemove(worker, conversation, borrower), { code: 'FORBIDDEN' });
  });
});

describe('a message', () => {
  test('is kept before anybody hears of it, and heard by all who take part', async () => {
    const { backend, worker, borrower, conversation } = await booking();
    const message = await when.sendsByFrame(worker, conversation, 'I am at the gate');
    await then.receives(borrower.socket, message);
    const notice = await messages.says(backend, conversation, { type: 'system', text: 'Check-in at 08:00' });
    await then.receives(worker.socket, notice);
    await then.historyIs(borrower, conversation, ['I am at the gate', 'Check-in at 08:00']);
  });

  test('is unread until its reader looks', async () => {
    const { worker, borrower, conversation } = await booking();
    for (const text of ['one', 'two']) await when.sendsByFrame(worker, conversation, text);
    expect((await people.opens(borrower, conversation)).unreadCount).toBe(2);
    expect((await people.opens(worker, conversation)).unreadCount).toBe(0);
    await people.marksRead(borrower, conversation);
    expect((await people.opens(borrower, conversation)).unreadCount).toBe(0);
  });

  test('deleted is gone from view and not from its place: nobody can rewrite what was said when', async () => {
    const { worker, borrower, conversation } = await booking();
    const promise = await when.sendsByFrame(worker, conversation, 'I will pay for the damage');
    await when.sendsByFrame(borrower, conversation, 'Thank you');
    await messages.deletes(worker, promise);
    const page = await when.reads(borrower, conversation);
    expect(page.messages.map(({ seq, senderId, text }) => [seq, senderId, text])).toEqual([
      [1, worker.userId, undefined],
      [2, borrower.userId, 'Thank you'],
    ]);
    then.isProblem(await messages.triesToEdit(worker, promise, { text: 'I never said that' }), { code: 'CONFLICT' });
  });
});

describe('a booking that is over', () => {
  test('closes its conversation: everything can be read and nothing said', async () => {
    const { backend, worker, borrower, conversation } = await booking();
    await when.sendsByFrame(worker, conversation, 'Done');
    expect((await people.triesToClose(backend, conversation)).status).toBe(204);
    expect((await then.isToldOf(borrower.socket, 'conversation.closed', conversation)).conversation.closed).toBe(true);
    then.isProblem(await when.triesByHttp(worker, conversation, { text: 'One more thing' }), { code: 'CONFLICT' });
    await then.historyIs(borrower, conversation, ['Done']);
    expect((await people.triesToClose(backend, conversation)).status).toBe(204);
  });
});
