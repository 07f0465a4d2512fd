import type { FieldError } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import { type ChatFile, type FilePlace, isSendable, placeIn } from '../domain/file.ts';
import type { FileStorage, FileStore } from './file-ports.ts';
import type { Clock, Randomness } from './ports.ts';
import type { SendRequest } from './send-message.ts';

/** The files of a message that is about to be written, in the order of its attachments; or why it can't be. */
export type Carrying = { files: ChatFile[] } | { errors: FieldError[] };

/** What has to be known of a message to find what it carries. */
export type Carrier = Pick<
  SendRequest,
  'conversationId' | 'senderId' | 'clientMessageId' | 'type' | 'encrypted' | 'attachments'
>;

/** Finds what a send carries. It runs after the send was claimed and before it has a seq, so that a refusal leaves no hole. */
export type CarryFiles = (carrier: Carrier) => Promise<Carrying>;

export interface UploadPorts {
  files: Pick<FileStore, 'filesAt'>;
  storage: Pick<FileStorage, 'keep'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * What its sender has uploaded: one batch read, and a call of the bucket for each. The bucket is told to keep a file before its
 * message is written. So a crash between the two leaves a file that nobody sees and nobody deletes, never a message without its
 * file; and the repeat of the send, which finds no message, does it all again to the same end.
 */
export const carryUploads =
  ({ files, storage, clock }: UploadPorts): CarryFiles =>
  async (request) => {
    const found = await foundFor(files, request);
    const mayCarry = (file: ChatFile) => isOwn(request, file) && isSendable(file, request.clientMessageId, clock.now());
    const errors = faultsOf(found, mayCarry, notYours);
    if (errors.length > 0) return { errors };
    const mismatches = faultsOf(found, (file) => isOfItsKind(request, file), wrongKind);
    if (mismatches.length > 0) return { errors: mismatches };
    const kept = await Promise.all(found.flatMap((file) => file ?? []).map((file) => keep(storage, file)));
    const missing = faultsOf(kept, () => true, 'was not uploaded');
    return missing.length > 0 ? { errors: missing } : { files: kept.flatMap((file) => file ?? []) };
  };

const notYours =
  'must be a file that you have uploaded to this conversation in the last day, and neither sent nor scheduled yet';
const wrongKind = 'must be a picture in an image, and a recording in a voice message';

const isOwn = ({ conversationId, senderId }: Carrier, file: ChatFile): boolean =>
  file.conversationId === conversationId && file.uploaderId === senderId;

/** Encrypted, nobody but its readers can tell. */
function isOfItsKind({ type, encrypted }: Carrier, { contentType }: ChatFile): boolean {
  if (encrypted !== undefined) return true;
  if (type === 'image') return contentType.startsWith('image/');
  return type !== 'voice' || contentType.startsWith('audio/');
}

/** What was kept for a scheduled message is the version that was there then, whatever was uploaded since. */
async function keep(storage: UploadPorts['storage'], { heldFor, ...file }: ChatFile): Promise<ChatFile | undefined> {
  if (heldFor !== undefined) return file;
  const objectVersion = await storage.keep(file.objectKey);
  return objectVersion === undefined ? undefined : { ...file, objectVersion };
}

export interface CopyPorts {
  files: Pick<FileStore, 'filesAt'>;
  randomness: Pick<Randomness, 'id'>;
  clock: Pick<Clock, 'now'>;
}

/** Of a message that is forwarded: files of the other conversation's own, of the same objects. One batch read. */
export const carryCopies =
  ({ files, randomness, clock }: CopyPorts): CarryFiles =>
  async (request) => {
    const found = await foundFor(files, request);
    const errors = faultsOf(found, ({ deletedAtMs }) => deletedAtMs === undefined, 'is no longer there');
    if (errors.length > 0) return { errors };
    const copies = found
      .flatMap((file) => file ?? [])
      .map(({ seq, ...file }) => ({
        ...file,
        conversationId: request.conversationId,
        fileId: randomness.id(),
        uploaderId: request.senderId,
        createdAtMs: clock.now(),
      }));
    return { files: copies };
  };

/** In the order of the attachments, with nothing where there is no such file. */
async function foundFor(
  files: Pick<FileStore, 'filesAt'>,
  { attachments = [] }: Carrier,
): Promise<(ChatFile | undefined)[]> {
  const places = attachments.slice(0, limits.attachments).map(({ attachmentId }) => placeIn(attachmentId));
  const found = await files.filesAt(places.flatMap((place) => place ?? []));
  return places.map((place) => place && found.find((file) => isAt(file, place)));
}

const isAt = (file: ChatFile, { conversationId, fileId }: FilePlace): boolean =>
  file.fileId === fileId && file.conversationId === conversationId;

const faultsOf = (
  files: (ChatFile | undefined)[],
  isGood: (file: ChatFile) => boolean,
  message: string,
): FieldError[] =>
  files.flatMap((file, position) => (file && isGood(file) ? [] : [{ path: `attachments[${position}]`, message }]));
