import type { FileStorage } from '../app/file-ports.ts';
import { refuse } from '../domain/chat-error.ts';
import { type ChatFile, isShownInline, linkMs, uploadMs } from '../domain/file.ts';
import { environment } from '../runtime/environment.ts';
import { encoded, presigner } from './presigned.ts';
import { type Answer, signedCalls } from './signed-calls.ts';
import { sha256 } from './signed-request.ts';

export interface Bucket {
  name: string;
  /** Without a slash at its end. */
  url: string;
}

/** What the bucket's lifecycle looks for: an object that has it is deleted after a day. */
const pendingTag = '<Tagging><TagSet><Tag><Key>state</Key><Value>pending</Value></Tag></TagSet></Tagging>';

const longestSilence = 2_000;

/** The bucket of the stage. Files go to and from it directly: no function ever holds one. */
export function fileStorage({ name, url }: Bucket): FileStorage {
  const { AWS_REGION: region } = environment('AWS_REGION');
  const presigned = presigner(region);
  const call = signedCalls(url, { service: 's3', region, atOnce: 10, longestSilence, readsGoodAnswers: false });
  const untag = (objectKey: string) =>
    call({
      method: 'DELETE',
      path: `/${objectKey}?tagging=`,
      body: '',
      headers: { 'x-amz-content-sha256': sha256('') },
    });

  return {
    uploadOf({ objectKey, contentType, size }, nowMs) {
      const fields = { key: objectKey, 'Content-Type': contentType, tagging: pendingTag };
      const conditions = [
        { bucket: name },
        ['content-length-range', size, size] as ['content-length-range', number, number],
      ];
      return { url: `${url}/`, fields: presigned.form(fields, conditions, { nowMs, expiresAtMs: nowMs + uploadMs }) };
    },

    linkTo(file, nowMs) {
      const query = {
        'response-content-disposition': dispositionOf(file),
        'response-content-type': file.contentType,
        ...(file.objectVersion !== undefined && { versionId: file.objectVersion }),
      };
      const { objectKey } = file;
      return presigned.url({ method: 'GET', baseUrl: url, objectKey, query, seconds: linkMs / 1_000 }, nowMs);
    },

    async keep(objectKey) {
      const first = await untag(objectKey);
      // To take a tag away that is gone already changes nothing.
      const answer = isBusy(first) ? await untag(objectKey) : first;
      if (answer.status === 404) return undefined;
      const version = answer.headers['x-amz-version-id'];
      return answer.status === 204 && typeof version === 'string' ? version : failed(answer);
    },
  };
}

const isBusy = ({ status }: Answer): boolean => status >= 500 || status === 429;

function failed(answer: Answer): never {
  if (isBusy(answer)) refuse('UNAVAILABLE', 'keep the upload', 'the bucket does not answer now');
  throw new Error(`unable to keep an upload; S3 answers ${answer.status}: ${answer.body}`);
}

/** RFC 6266. A name is never a path. */
const dispositionOf = ({ contentType, fileName }: ChatFile): string => {
  const kind = isShownInline(contentType) ? 'inline' : 'attachment';
  return `${kind}; filename*=UTF-8''${encoded(fileName.replace(/[/\\]/g, '_'))}`;
};
