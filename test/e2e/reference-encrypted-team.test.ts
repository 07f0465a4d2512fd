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

/** What the encrypted team chat documents: teams with roles, envelopes that the server can't read, an offline queue. */
async function team() {
  const [ann, bob, cas] = [
    await given.user(target, 'ann'),
    await given.user(target, 'bob'),
    await given.user(target, 'cas'),
  ];
  return { ann, bob, cas, conversation: await given.group(ann, [bob, cas], 'Project team') };
}

const envelope = (ciphertext: string) => ({ algorithm: 'x25519-xsalsa20-poly1305', ciphertext, keyId: 7 });

describe('a team', () => {
  test('has a title, its creator as the owner, and everybody else as a member', async () => {
    const { ann, bob, cas, conversation } = await team();
    expect(await people.rolesIn(bob, conversation)).toEqual({
      [ann.userId]: 'owner',
      [bob.userId]: 'member',
      [cas.userId]: 'member',
    });
    const call = { method: 'POST', body: { type: 'group', memberIds: [bob.userId] } };
    then.isProblem(await when.calls(ann, '/conversations', call), {
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'title', message: 'is required' }],
    });
  });

  test('takes in and lets go whom its owner and moderators say, and nobody else', async () => {
    const { ann, bob, cas, conversation } = await team();
    const dan = await given.user(target, 'dan');
    then.isProblem(await people.triesToAdd(bob, conversation, [dan]), { code: 'FORBIDDEN' });
    expect((await people.triesToChangeRole(ann, conversation, bob, 'moderator')).status).toBe(200);
    const promoted = await then.isToldOf(cas.socket, 'member.updated', conversation);
    expect(promoted.member).toMatchObject({ userId: bob.userId, role: 'moderator' });

    await people.adds(bob, conversation, [dan]);
    const added = await then.isToldOf(dan.socket, 'member.added', conversation);
    expect(added.member).toMatchObject({ userId: dan.userId, role: 'member' });
    then.isProblem(await people.triesToRemove(bob, conversation, ann), { code: 'FORBIDDEN' });
    expect((await people.triesToRemove(bob, conversation, dan)).status).toBe(204);
    const removed = await then.isToldOf(dan.socket, 'member.removed', conversation);
    expect(removed.member.userId).toBe(dan.userId);
    then.isProblem(await when.triesByHttp(dan, conversation, { text: 'Wait!' }), { code: 'FORBIDDEN' });
  });

  test('added to twice has somebody once', async () => {
    const { ann, bob, conversation } = await team();
    await people.adds(ann, conversation, [bob]);
    expect((await people.membersOf(ann, conversation)).map(({ userId }) => userId)).toHaveLength(3);
  });
});

describe('an encrypted message', () => {
  test('reaches the others as the very envelope that was sent', async () => {
    const { ann, bob, conversation } = await team();
    const sent = await messages.saysByFrame(ann, conversation, { encrypted: envelope('c2VjcmV0') });
    await then.receives(bob.socket, sent);
    const [stored] = (await when.reads(bob, conversation)).messages;
    expect(stored).toMatchObject({ type: 'text', encrypted: envelope('c2VjcmV0') });
    expect(stored).not.toHaveProperty('text');
    expect((await people.opens(bob, conversation)).lastMessage).not.toHaveProperty('text');
  });

  test('is a picture, a file or a voice message too, without telling which file', async () => {
    const { ann, conversation } = await team();
    for (const type of ['image', 'file', 'voice'] as const) {
      expect((await messages.says(ann, conversation, { type, encrypted: envelope('Li4u') })).type).toBe(type);
    }
  });

  test('is edited by its sender alone, with everybody told', async () => {
    const { ann, bob, cas, conversation } = await team();
    const message = await messages.says(ann, conversation, { encrypted: envelope('b25l') });
    then.isProblem(await messages.triesToEdit(bob, message, { text: 'hacked' }), { code: 'FORBIDDEN' });
    const edited = await messages.editsByFrame(ann, message, { encrypted: envelope('dHdv') });
    expect(edited).toMatchObject({ id: message.id, encrypted: envelope('dHdv'), editedAt: expect.any(String) });
    expect(edited.rev).toBeGreaterThan(message.rev);
    expect((await then.isToldOf(cas.socket, 'message.updated', conversation)).message).toEqual(edited);
  });

  test('says something in the end: an edit may not leave it empty', async () => {
    const { ann, conversation } = await team();
    const message = await messages.says(ann, conversation, { text: 'words' });
    expect((await messages.triesToEdit(ann, message, {})).status).toBe(400);
  });
});

describe('the state of a message', () => {
  test('is the sender’s to see: sent, delivered, read by everyone', async () => {
    const { ann, bob, cas, conversation } = await team();
    const message = await when.sendsByFrame(ann, conversation, 'Stand-up in five');
    expect(message.status).toBe('sent');
    await Promise.all([bob, cas].map((reader) => people.marksDeliveredByFrame(reader, conversation)));
    expect((await messages.sees(ann, message)).status).toBe('delivered');
    await Promise.all([bob, cas].map((reader) => people.marksReadByFrame(reader, conversation, message.seq)));
    expect((await messages.sees(ann, message)).status).toBe('read');
    expect((await messages.sees(bob, message)).status).toBe('sent');
  });

  test('can’t be moved past the end of the conversation', async () => {
    const { bob, conversation } = await team();
    const reply = await bob.socket.request('receipt.read', { conversationId: conversation, seq: 1 });
    expect(reply).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
  });
});

describe('a reaction', () => {
  test('counts once for each user and emoji, and is taken back by who gave it', async () => {
    const { ann, bob, cas, conversation } = await team();
    const message = await when.sendsByFrame(ann, conversation, 'We shipped');
    await messages.reactsByFrame(bob, message, '😂');
    await messages.reacts(bob, message, '😂');
    await messages.reacts(cas, message, '😂');
    const told = await then.isToldOf(ann.socket, 'reaction.added', conversation, ({ count }) => count === 2);
    expect(told).toMatchObject({ messageId: message.id, userId: cas.userId, emoji: '😂' });
    expect((await messages.sees(bob, message)).reactions).toEqual({ '😂': { count: 2, mine: true } });
    expect((await messages.sees(ann, message)).reactions).toEqual({ '😂': { count: 2, mine: false } });

    await messages.takesBack(bob, message, '😂');
    const takenBack = await then.isToldOf(cas.socket, 'reaction.removed', conversation);
    expect(takenBack).toMatchObject({ userId: bob.userId, emoji: '😂', count: 1 });
    expect(await messages.reactionsTo(ann, message)).toEqual([[cas.userId, '😂']]);
  });
});

describe('somebody offline', () => {
  test('has lost nothing and got nothing twice when they are back', async () => {
    const { ann, bob, cas, conversation } = await team();
    const before = await when.sendsByFrame(ann, conversation, 'before');
    await then.receives(bob.socket, before);
    const held = await people.syncs(bob);
    await bob.socket.close();
    await when.sendsByFrame(ann, conversation, 'during');
    await messages.edits(ann, before, { text: 'before, and mended' });
    const aside = await given.group(cas, [bob], 'Aside');

    const { conversations, left } = await people.syncs(bob, people.cursorsOf(held));
    const changes = conversations.find(({ conversationId }) => conversationId === conversation);
    expect(changes?.messages.map(({ text }) => text)).toEqual(['during']);
    expect(changes?.changed.map(({ text }) => text)).toEqual(['before, and mended']);
    expect(conversations.find(({ conversationId }) => conversationId === aside)?.conversation?.title).toBe('Aside');
    expect(left).toEqual([]);
  });

  test('sends what was queued once, however often the queue is flushed', async () => {
    const { ann, bob, conversation } = await team();
    for (let flush = 0; flush < 3; flush += 1) await when.sendsByHttp(bob, conversation, 'from the queue', 'temp-1');
    await then.historyIs(ann, conversation, ['from the queue']);
  });
});
