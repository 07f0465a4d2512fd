import { expect, test } from 'vitest';
import { type Carrying, carryCopies, carryUploads } from '../../../lambdas/app/carry-files.ts';
import type { SendRequest } from '../../../lambdas/app/send-message.ts';
import { attachmentIdOf, type ChatFile, unsentMs } from '../../../lambdas/domain/file.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

const clock = fakeClock();
const aFile = (over: Partial<ChatFile> = {}): ChatFile => ({
  conversationId: 'c1',
  fileId: 'f'.repeat(22),
  uploaderId: 'alice',
  objectKey: 'c1/key',
  fileName: 'x',
  contentType: 'image/png',
  size: 5,
  createdAtMs: clock.now(),
  ...over,
});

/** A send of these files, of which the bucket has those that it keeps. */
async function carrying(files: ChatFile[], over: Partial<SendRequest> = {}, uploaded = files) {
  const kept: string[] = [];
  const keep = async (objectKey: string) => {
    kept.push(objectKey);
    return uploaded.some((file) => file.objectKey === objectKey) ? 'v1' : undefined;
  };
  const attachments = files.map((file) => ({ attachmentId: attachmentIdOf(file) }));
  const request = { conversationId: 'c1', senderId: 'alice', clientMessageId: 'm', type: 'file' as const, attachments };
  const carry = carryUploads({ files: { filesAt: async () => files }, storage: { keep }, clock });
  return { kept, outcome: await carry({ ...request, ...over }) };
}

const faultsIn = (outcome: Carrying) => ('errors' in outcome ? outcome.errors.map(({ path }) => path) : []);

test('what is good is kept, each as the version that was there', async () => {
  const { kept, outcome } = await carrying([aFile()]);
  expect(kept).toEqual(['c1/key']);
  expect(outcome).toEqual({ files: [aFile({ objectVersion: 'v1' })] });
});

test.each<[string, Partial<ChatFile>, Partial<SendRequest>]>([
  ['that somebody else has uploaded', { uploaderId: 'bob' }, {}],
  ['of another conversation', { conversationId: 'c2' }, {}],
  ['that was sent', { seq: 3 }, {}],
  ['that was deleted', { deletedAtMs: 1 }, {}],
  ['that is kept for another message', { heldFor: 'other' }, {}],
  ['that was kept for this one, and sent', { heldFor: 'm', seq: 3 }, {}],
  ['that waited for more than a day', { createdAtMs: clock.now() - unsentMs - 1 }, {}],
  ['that is no picture, in an image', { contentType: 'application/pdf' }, { type: 'image' }],
  ['that is no recording, in a voice', { contentType: 'video/mp4' }, { type: 'voice' }],
])('one file %s keeps the bucket from being asked at all', async (_, over, request) => {
  const good = aFile({ fileId: 'g'.repeat(22), contentType: request.type === 'voice' ? 'audio/ogg' : 'image/png' });
  const { kept, outcome } = await carrying([good, aFile(over)], request);
  expect(faultsIn(outcome)).toEqual(['attachments[1]']);
  expect(kept).toEqual([]);
});

test('what is kept for this message is good however long it has waited, as the version that was there then', async () => {
  const held = aFile({ createdAtMs: clock.now() - 300 * unsentMs, objectVersion: 'v0' });
  const { kept, outcome } = await carrying([{ ...held, heldFor: 'm' }], {}, []);
  expect(outcome).toEqual({ files: [held] });
  expect(kept).toEqual([]);
});

test('a file of exactly a day is still good', async () => {
  const { outcome } = await carrying([aFile({ createdAtMs: clock.now() - unsentMs })]);
  expect(outcome).toHaveProperty('files');
});

test('nobody but its readers knows what is encrypted', async () => {
  const encrypted = { algorithm: 'mls', ciphertext: 'x' };
  const { outcome } = await carrying([aFile({ contentType: 'application/octet-stream' })], {
    type: 'image',
    encrypted,
  });
  expect(outcome).toHaveProperty('files');
});

test('each file that was never uploaded is named', async () => {
  const missing = aFile({ fileId: 'g'.repeat(22), objectKey: 'c1/other' });
  const { outcome } = await carrying([aFile(), missing], {}, [aFile()]);
  expect(outcome).toEqual({ errors: [{ path: 'attachments[1]', message: 'was not uploaded' }] });
});

test('a copy is a file of its own, of the same object and version', async () => {
  const original = aFile({ seq: 3, objectVersion: 'v1' });
  const randomness = { id: () => 'n'.repeat(22) };
  const carry = carryCopies({ files: { filesAt: async () => [original] }, randomness, clock });
  const attachments = [{ attachmentId: attachmentIdOf(original) }];
  const request = { conversationId: 'c2', senderId: 'bob', clientMessageId: 'm', type: 'file' as const, attachments };
  const { seq, ...unsent } = original;
  const copy = { ...unsent, conversationId: 'c2', fileId: 'n'.repeat(22), uploaderId: 'bob' };
  expect(await carry(request)).toEqual({ files: [copy] });
});

test('of what was deleted there is no copy', async () => {
  const files = { filesAt: async () => [aFile({ deletedAtMs: 1 })] };
  const attachments = [{ attachmentId: attachmentIdOf(aFile()) }];
  const request = { conversationId: 'c2', senderId: 'bob', clientMessageId: 'm', type: 'file' as const, attachments };
  const copied = await carryCopies({ files, randomness: { id: () => 'n' }, clock })(request);
  expect(faultsIn(copied)).toEqual(['attachments[0]']);
});
