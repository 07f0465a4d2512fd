import type { AttachmentLink, FileFacts, NewAttachment, Upload } from '../../contract/attachment.ts';
import { bodyOf, type HttpAnswer } from './client-http.ts';
import type { AbsentUser } from './steps-given.ts';
import { calls } from './steps-when.ts';

/** What a user does with files, as a browser does: forms and links alone lead to the bucket. */

export type Facts = Omit<FileFacts, 'attachmentId'>;

/** What the bucket said; it speaks XML. */
export interface BucketAnswer {
  status: number;
  /** S3's name for what went wrong. */
  code: string | undefined;
  headers: Headers;
  text: string;
}

export const triesToAttach = (
  uploader: AbsentUser,
  conversationId: string,
  facts: Facts,
): Promise<HttpAnswer<NewAttachment>> =>
  calls(uploader, `/conversations/${conversationId}/attachments`, { method: 'POST', body: facts });

export const attaches = async (uploader: AbsentUser, conversationId: string, facts: Facts): Promise<NewAttachment> =>
  bodyOf(await triesToAttach(uploader, conversationId, facts));

/** Posts the form, with the file as its last field. */
export async function posts(
  { url, fields }: Upload,
  file: string,
  headers: Record<string, string> = {},
): Promise<BucketAnswer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([file]), 'file');
  return answerOf(await fetch(url, { method: 'POST', body: form, headers }));
}

export const gets = async (url: string, headers: Record<string, string> = {}): Promise<BucketAnswer> =>
  answerOf(await fetch(url, { headers }));

async function answerOf(response: Response): Promise<BucketAnswer> {
  const text = await response.text();
  const code = response.ok ? undefined : /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  return { status: response.status, code, headers: response.headers, text };
}

/** A file of so many bytes as were said; what it is, as everybody is going to know it. */
export async function uploads(uploader: AbsentUser, conversationId: string, facts: Facts): Promise<FileFacts> {
  const { attachmentId, upload } = await attaches(uploader, conversationId, facts);
  const { status, text } = await posts(upload, 'x'.repeat(facts.size));
  if (status !== 204) throw new Error(`the upload was answered ${status}: ${text}`);
  return { attachmentId, ...facts };
}

export const triesToRead = (
  reader: AbsentUser,
  { attachmentId }: Pick<FileFacts, 'attachmentId'>,
): Promise<HttpAnswer<AttachmentLink>> => calls(reader, `/attachments/${attachmentId}`);

export const readsLink = async (reader: AbsentUser, file: Pick<FileFacts, 'attachmentId'>): Promise<AttachmentLink> =>
  bodyOf(await triesToRead(reader, file));
