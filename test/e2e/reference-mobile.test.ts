import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenTarget, openTarget } from '../helpers/client-target.ts';
import * as files from '../helpers/steps-files.ts';
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

/** What the care platform's mobile chat documents: rooms of two and more, phones that go offline, receipts per user. */
async function careTeam() {
  const nurse = await given.user(target, 'nurse');
  const doctor = await given.user(target, 'doctor');
  const patient = await given.user(target, 'patient');
  return { nurse, doctor, patient, conversation: await given.group(nurse, [doctor, patient], 'Care team') };
}

describe('a conversation', () => {
  test('of two is found when it is there and made when it is not', async () => {
    const [nurse, patient] = [await given.absentUser(target, 'nurse'), await given.absentUser(target, 'patient')];
    const made = await people.triesToCreate(nurse, { type: 'direct', userId: patient.userId });
    const found = await people.triesToCreate(nurse, { type: 'direct', userId: patient.userId });
    expect([made.status, found.status]).toEqual([201, 200]);
    expect(found.body.conversation.id).toBe(made.body.conversation.id);
  });

  test('carries metadata of the platform’s own, and an avatar', async () => {
    const nurse = await given.absentUser(target, 'nurse');
    const metadata = { ward: 7, tags: ['night'] };
    const avatarUrl = 'https://pictures.example/ward.png';
    const { id } = await people.creates(nurse, { type: 'group', title: 'Ward 7', memberIds: [], metadata, avatarUrl });
    expect(await people.opens(nurse, id)).toMatchObject({ title: 'Ward 7', metadata, avatarUrl });
  });

  test('is told of, and left, as a member', async () => {
    const { nurse, patient, conversation } = await careTeam();
    await then.isToldOf(patient.socket, 'conversation.created', conversation);
    expect((await people.triesToLeave(patient, conversation)).status).toBe(204);
    const gone = await then.isToldOf(nurse.socket, 'member.removed', conversation);
    expect(gone.member.userId).toBe(patient.userId);
    then.isProblem(await people.triesToOpen(patient, conversation), { code: 'FORBIDDEN' });
  });
});

describe('a message', () => {
  test('of every kind travels: text, picture, file, and a word of the system', async () => {
    const { nurse, patient, conversation } = await careTeam();
    const backend = await people.service(target, 'backend');
    const xRay = { fileName: 'x-ray.png', contentType: 'image/png', size: 5 };
    const facts = { fileName: 'letter.pdf', contentType: 'application/pdf', size: 9 };
    const picture = { ...(await files.uploads(nurse, conversation, xRay)), width: 3, height: 2 };
    const letter = await files.uploads(nurse, conversation, facts);
    const sent = [
      await messages.says(nurse, conversation, { text: 'Look' }),
      await messages.says(nurse, conversation, {
        type: 'image',
        attachments: [{ attachmentId: picture.attachmentId, width: 3, height: 2 }],
      }),
      await messages.says(nurse, conversation, {
        type: 'file',
        text: 'For you',
        attachments: [{ attachmentId: letter.attachmentId }],
      }),
      await messages.says(backend, conversation, { type: 'system', text: 'The visit begins' }),
    ];
    expect(sent.map(({ type, attachments }) => [type, attachments])).toEqual([
      ['text', undefined],
      ['image', [picture]],
      ['file', [letter]],
      ['system', undefined],
    ]);
    expect(await then.receivesAll(patient.socket, conversation, 4)).toEqual(sent);
  });

  test('of the system is nothing that a user can send', async () => {
    const { nurse, conversation } = await careTeam();
    const answer = await when.triesByHttp(nurse, conversation, { type: 'system', text: 'All rise' });
    then.isProblem(answer, { code: 'FORBIDDEN' });
  });

  test('answers another, which counts its answers and lists them', async () => {
    const { nurse, doctor, conversation } = await careTeam();
    const question = await when.sendsByFrame(nurse, conversation, 'Who is on duty?');
    const first = await messages.saysByFrame(doctor, conversation, { text: 'I am', replyTo: question.id });
    const second = await messages.says(nurse, conversation, { text: 'Good', replyTo: question.id });
    expect(
      (await then.isToldOf(nurse.socket, 'message.created', conversation, ({ message }) => message.id === first.id))
        .message,
    ).toMatchObject({ replyTo: question.id });
    expect((await messages.sees(doctor, question)).replyCount).toBe(2);
    expect((await messages.repliesTo(doctor, question)).map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  test('is delivered to and read by each on their own, and has the state of the last of them', async () => {
    const { nurse, doctor, patient, conversation } = await careTeam();
    const message = await when.sendsByFrame(nurse, conversation, 'Please confirm');
    await people.marksDeliveredByFrame(doctor, conversation);
    await people.marksReadByFrame(patient, conversation, message.seq);
    await then.isToldOf(nurse.socket, 'receipt.delivered', conversation, ({ userId }) => userId === doctor.userId);
    await then.isToldOf(nurse.socket, 'receipt.read', conversation, ({ userId }) => userId === patient.userId);
    expect((await messages.sees(nurse, message)).status).toBe('delivered');

    await people.marksReadByFrame(doctor, conversation);
    expect((await messages.sees(nurse, message)).status).toBe('read');
    const receipts = await people.receiptsIn(nurse, conversation);
    expect(Object.fromEntries(receipts.map(({ userId, lastReadSeq }) => [userId, lastReadSeq]))).toMatchObject({
      [doctor.userId]: 1,
      [patient.userId]: 1,
    });
  });

  test('is deleted softly: everyone hears of it, and it stays as a mark', async () => {
    const { nurse, doctor, conversation } = await careTeam();
    const message = await when.sendsByFrame(doctor, conversation, 'Wrong patient');
    await messages.deletesByFrame(doctor, message);
    await then.isToldOf(nurse.socket, 'message.deleted', conversation);
    const { lastMessage } = await people.opens(nurse, conversation);
    expect(lastMessage).toEqual(expect.not.objectContaining({ text: expect.anything() }));
    const [mark] = (await when.reads(nurse, conversation)).messages;
    expect(mark).toEqual(expect.objectContaining({ seq: 1, senderId: doctor.userId, deletedAt: expect.any(String) }));
  });

  test('is refused with the field at fault, and the connection stays', async () => {
    const { nurse, conversation } = await careTeam();
    const blank = await when.triesByFrame(nurse.socket, conversation, { text: ' ' });
    then.isRefusal(blank, { code: 'VALIDATION_FAILED', errors: [{ path: 'text', message: 'must not be empty' }] });
    await when.sendsByFrame(nurse, conversation, 'Still here');
  });
});

describe('a phone that was away', () => {
  test('registers its push token, and catches up on what it missed', async () => {
    const { nurse, patient, conversation } = await careTeam();
    await given.device(patient, 'phone', 'fcm', `token-${patient.userId}`);
    const held = await people.syncs(patient);
    await patient.socket.close();

    const greeting = await when.sendsByFrame(nurse, conversation, 'Good night');
    await messages.reacts(nurse, greeting, '🌙');
    const { conversations } = await people.syncs(patient, people.cursorsOf(held));
    expect(conversations).toMatchObject([
      {
        conversationId: conversation,
        settledSeq: 1,
        messages: [{ id: greeting.id, reactions: { '🌙': { count: 1 } } }],
      },
    ]);
  });
});
