import type { Upload } from '../../contract/attachment.ts';
import type { Head, Member } from '../domain/conversation.ts';
import type { ChatFile, FilePlace } from '../domain/file.ts';
import type { Message } from '../domain/message.ts';

/** What use cases that deal with files need. */

/** A file as one of its readers may have it; each part is absent where it does not exist. */
export interface FileView {
  head?: Head;
  /** The caller's. */
  member?: Member;
  file?: ChatFile;
}

export interface FileStore {
  /** Keeps it for as long as it waits for its message. One write. */
  add(file: ChatFile): Promise<void>;
  /** The head, the caller's membership and, where one is named, the file: one batch read. */
  fileView(userId: string, place: Pick<FilePlace, 'conversationId'> & Partial<FilePlace>): Promise<FileView>;
  /** Those that exist, in no order: one batch read. */
  filesAt(places: FilePlace[]): Promise<ChatFile[]>;
  /**
   * The message with the files that it carries, and one more on the count of what it answers: at once or not at all. False where a
   * file was sent or deleted meanwhile. One transaction.
   */
  appendWith(message: Message, files: ChatFile[]): Promise<boolean>;
}

export interface UploadQuota {
  /** Takes so many bytes from what the user may upload today; false where there are not so many left. One conditional write. */
  spend(userId: string, bytes: number, nowMs: number): Promise<boolean>;
}

export interface FileStorage {
  /** A form for exactly this file: its place, type and size. No call. */
  uploadOf(file: ChatFile, nowMs: number): Upload;
  /** A URL that gives the file. No call. */
  linkTo(file: ChatFile, nowMs: number): string;
  /** Keeps what was uploaded from being forgotten, and says which version it is; nothing where nothing was uploaded. */
  keep(objectKey: string): Promise<string | undefined>;
}
