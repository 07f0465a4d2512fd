import type { AttachmentLink, CreateAttachment, NewAttachment } from '../../contract/attachment.ts';
import { refuse, refuseFields, refuseForNow } from '../domain/chat-error.ts';
import { mayPostAnywhere } from '../domain/conversation.ts';
import {
  attachmentIdOf,
  type ChatFile,
  fileFactsOf,
  isAllowedType,
  linkMs,
  nextDayMs,
  placeOf,
  uploadMs,
} from '../domain/file.ts';
import { isService } from '../domain/principal.ts';
import { type Admitted, admit } from './admit.ts';
import type { FileStorage, FileStore, UploadQuota } from './file-ports.ts';
import { demandOpen } from './message-access.ts';
import type { Clock, Randomness } from './ports.ts';
import type { Caller } from './readers.ts';

export interface AttachPorts {
  files: Pick<FileStore, 'add' | 'fileView'>;
  quota: UploadQuota;
  storage: Pick<FileStorage, 'uploadOf'>;
  clock: Pick<Clock, 'now'>;
  randomness: Pick<Randomness, 'id'>;
  /** Patterns of media types. */
  contentTypes: string[];
}

const operation = 'attach the file';

/**
 * Makes room for a file of whoever may send to the conversation, and a form to upload it by: one batch read and two writes. The
 * file itself goes to the bucket. VALIDATION_FAILED for a type that is not taken, RATE_LIMITED where the day's bytes are used up.
 */
export const attachFile =
  (ports: AttachPorts) =>
  async (caller: Caller, conversationId: string, request: CreateAttachment): Promise<NewAttachment> => {
    const view = await ports.files.fileView(caller.userId, { conversationId });
    demandSend(caller, admit(view, { principal: caller, right: 'post', operation }));
    if (!isAllowedType(request.contentType, ports.contentTypes)) {
      refuseFields(operation, [{ path: 'contentType', message: 'is not a type of file that is taken here' }]);
    }
    const nowMs = ports.clock.now();
    await demandQuota(ports, caller, request.size, nowMs);
    const file = newFile(ports, caller, conversationId, request);
    await ports.files.add(file);
    return {
      attachmentId: attachmentIdOf(file),
      upload: ports.storage.uploadOf(file, nowMs),
      expiresAt: new Date(nowMs + uploadMs).toISOString(),
    };
  };

/** Whoever could not send it need not upload it. */
function demandSend(caller: Caller, { head, member }: Admitted): void {
  demandOpen({ operation, changer: caller, head, ...(member && { member }) });
  const mayPost = !head.posting || isService(caller) || (member !== undefined && mayPostAnywhere(member.role));
  if (!mayPost) refuse('FORBIDDEN', operation, 'only moderators may post there');
}

/** A backend is trusted with what it uploads, as with what it sends. */
async function demandQuota({ quota }: AttachPorts, caller: Caller, bytes: number, nowMs: number): Promise<void> {
  if (isService(caller) || (await quota.spend(caller.userId, bytes, nowMs))) return;
  refuseForNow(operation, 'the user has uploaded as much as they may today', {
    retryAfterMs: nextDayMs(nowMs) - nowMs,
  });
}

const newFile = (
  { clock, randomness }: AttachPorts,
  { userId }: Caller,
  conversationId: string,
  { fileName, contentType, size }: CreateAttachment,
): ChatFile => ({
  conversationId,
  fileId: randomness.id(),
  uploaderId: userId,
  objectKey: `${conversationId}/${randomness.id()}`,
  fileName,
  contentType,
  size,
  createdAtMs: clock.now(),
});

export interface FileReadPorts {
  files: Pick<FileStore, 'fileView'>;
  storage: Pick<FileStorage, 'linkTo'>;
  clock: Pick<Clock, 'now'>;
}

const reading = 'read the attachment';

/**
 * A link to a file for a member who may see the message that carries it, and for its uploader before: one batch read. FORBIDDEN to
 * anyone but a member, whatever there is.
 */
export const readAttachment =
  ({ files, storage, clock }: FileReadPorts) =>
  async (caller: Caller, attachmentId: string): Promise<AttachmentLink> => {
    const view = await files.fileView(caller.userId, placeOf(attachmentId, reading));
    admit(view, { principal: caller, right: 'read', operation: reading });
    const { file } = view;
    if (!file || !isSeenBy(caller, file)) return refuse('NOT_FOUND', reading, 'there is no such attachment');
    return linkTo(storage, file, clock.now());
  };

/** For administrators: a link to any file that was ever sent or uploaded, a deleted message's too. */
export const readAnyAttachment =
  ({ files, storage, clock }: Omit<FileReadPorts, 'files'> & { files: Pick<FileStore, 'filesAt'> }) =>
  async (attachmentId: string): Promise<AttachmentLink> => {
    const [file] = await files.filesAt([placeOf(attachmentId, reading)]);
    return file ? linkTo(storage, file, clock.now()) : refuse('NOT_FOUND', reading, 'there is no such attachment');
  };

const linkTo = (storage: FileReadPorts['storage'], file: ChatFile, nowMs: number): AttachmentLink => ({
  attachment: fileFactsOf(file),
  url: storage.linkTo(file, nowMs),
  expiresAt: new Date(nowMs + linkMs).toISOString(),
});

const isSeenBy = ({ userId }: Caller, { uploaderId, seq, deletedAtMs }: ChatFile): boolean =>
  deletedAtMs === undefined && (seq !== undefined || uploaderId === userId);
