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

/** A professional and a patient talk in private: what the consultation chat documents, in our names. */
async function consultation() {
  const doctor = await given.user(target, 'doctor');
  const patient = await given.user(target, 'patient');
  return { doctor, patient, conversation: await given.directConversation(doctor, patient) };
}

describe('the conversation', () => {
  test('is one for both, whoever asks for it and how often', async () => {
    const { doctor, patient, conversation } = await consultation();
    const again = await people.triesToCreate(patient, { type: 'direct', userId: doctor.userId });
    expect([again.status, again.body.conversation.id]).toEqual([200, conversation]);
  });

  test('is only for one who takes part in it', async () => {
    const { doctor, patient, conversation } = await consultation();
    const question = await when.sendsByHttp(patient, conversation, 'Is it serious?');
    const stranger = await given.absentUser(target, 'stranger');
    then.isProblem(await people.triesToOpen(stranger, conversation), { code: 'FORBIDDEN' });
    then.isProblem(await messages.triesToSee(stranger, question), { code: 'FORBIDDEN' });
    then.isProblem(await when.triesByHttp(stranger, conversation, { text: 'Hello' }), { code: 'FORBIDDEN' });
    await then.historyIs(doctor, conversation, ['Is it serious?']);
  });

  test('lists the other with name and picture, the last message, what is unread, and the latest first', async () => {
    const { doctor, patient, conversation } = await consultation();
    await people.setsProfile(doctor, { displayName: 'Dr John Doe', firstName: 'John', lastName: 'Doe' });
    const other = await given.directConversation(patient, await given.absentUser(target, 'pharmacist'));
    await when.sendsByHttp(doctor, conversation, 'Good morning');

    const listed = (await when.lists(patient)).conversations;
    expect(listed.map(({ id }) => id)).toEqual([conversation, other]);
    expect(listed[0]).toMatchObject({
      otherUser: { userId: doctor.userId, firstName: 'John', lastName: 'Doe' },
      lastMessage: { senderId: doctor.userId, text: 'Good morning' },
      unreadCount: 1,
    });
  });
});

describe('a message', () => {
  test('is sent, then delivered, then read, and its sender sees and hears of each', async () => {
    const { doctor, conversation, patient } = await consultation();
    await patient.socket.close();
    const message = await when.sendsByHttp(doctor, conversation, 'How are you?');
    expect((await messages.sees(doctor, message)).status).toBe('sent');

    await people.marksDelivered(patient, conversation);
    const delivered = { userId: patient.userId, seq: message.seq };
    expect(await then.isToldOf(doctor.socket, 'receipt.delivered', conversation)).toEqual(delivered);
    expect((await messages.sees(doctor, message)).status).toBe('delivered');

    expect((await people.marksRead(patient, conversation)).unreadCount).toBe(0);
    expect(await then.isToldOf(doctor.socket, 'receipt.read', conversation)).toEqual(delivered);
    expect((await messages.sees(doctor, message)).status).toBe('read');
  });

  test('counts as delivered by itself, as soon as it reached somebody who is connected', async () => {
    const { doctor, patient, conversation } = await consultation();
    const message = await when.sendsByHttp(doctor, conversation, 'The results are here');
    await then.receives(patient.socket, message);
    expect(await then.isToldOf(doctor.socket, 'receipt.delivered', conversation)).toEqual({
      userId: patient.userId,
      seq: message.seq,
    });
  });

  test('is read with what came before it, and so delivered too', async () => {
    const { doctor, patient, conversation } = await consultation();
    await patient.socket.close();
    for (const text of ['one', 'two', 'three']) await when.sendsByHttp(doctor, conversation, text);
    await people.marksRead(patient, conversation, 2);
    const { messages: seen } = await when.reads(doctor, conversation);
    expect(seen.map(({ status }) => status)).toEqual(['read', 'read', 'sent']);
  });

  test('is deleted by its sender alone, and keeps its place without its content', async () => {
    const { doctor, patient, conversation } = await consultation();
    const message = await when.sendsByFrame(patient, conversation, 'Forget it');
    then.isProblem(await messages.triesToDelete(doctor, message), { code: 'FORBIDDEN' });
    await messages.deletes(patient, message);
    const told = await then.isToldOf(doctor.socket, 'message.deleted', conversation);
    expect(told.message).toMatchObject({ id: message.id, seq: 1, deletedAt: expect.any(String) });
    const page = await when.reads(doctor, conversation);
    expect(page.messages.map(({ id, text }) => [id, text])).toEqual([[message.id, undefined]]);
  });

  test('has at most 5,000 characters', async () => {
    const { doctor, conversation } = await consultation();
    expect((await when.triesByHttp(doctor, conversation, { text: 'é'.repeat(5_000) })).status).toBe(201);
    then.isProblem(await when.triesByHttp(doctor, conversation, { text: 'é'.repeat(5_001) }), {
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'text', message: 'must be at most 5000 characters' }],
    });
  });
});

describe('the history', () => {
  test('comes in pages from the newest on', async () => {
    const { doctor, patient, conversation } = await consultation();
    for (let n = 1; n <= 5; n += 1) await when.sendsByFrame(doctor, conversation, `${n}`);
    const latest = await when.reads(patient, conversation, '?limit=2');
    expect(latest.messages.map(({ text }) => text)).toEqual(['4', '5']);
    expect(latest).toMatchObject({ lastSeq: 5, hasMoreBefore: true });
    const older = await when.reads(patient, conversation, `?limit=2&before=${latest.messages[0]?.seq}`);
    expect(older.messages.map(({ text }) => text)).toEqual(['2', '3']);
  });
});

describe('several devices', () => {
  test('of one user all hear of a message', async () => {
    const { doctor, patient, conversation } = await consultation();
    const tablet = await given.connection(patient);
    const message = await when.sendsByFrame(doctor, conversation, 'On every screen');
    await then.receives(patient.socket, message);
    await then.receives(tablet, message);
  });

  test('connect with the token in the query string, where headers can not be set', async () => {
    const { doctor, patient, conversation } = await consultation();
    const browser = await given.connectionByQuery(patient);
    await then.receives(browser, await when.sendsByFrame(doctor, conversation, 'Hello, browser'));
  });
});
