import { createHash } from 'node:crypto';
import { AwsError } from '../aws/service.ts';
import type { HttpReply } from '../http/http-reply.ts';
import { demandPolicy } from './post-policy.ts';
import { authorize, emptyReply, played, type S3Parts, type S3Request } from './s3-gateway.ts';
import { ALGORITHM, callerOf, demandSignature, scopeIn } from './signature.ts';

interface Form {
  /** Names in lower case. */
  fields: Map<string, string>;
  file: Buffer;
}

/** A file by a form: docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
export async function postObject(parts: S3Parts, request: S3Request): Promise<HttpReply> {
  const { fields, file } = await formIn(request);
  const field = (name: string) => fields.get(name) ?? '';
  if (field('policy') === '') throw new AwsError(403, 'AccessDenied', 'Bucket POST must contain a field named policy.');
  if (field('key') === '') throw invalid("Bucket POST must contain a field named 'key'.");
  if (field('x-amz-algorithm') !== ALGORITHM) throw invalid(`Only ${ALGORITHM} is supported`);
  const scope = scopeIn(field('x-amz-credential'), parts.deployment.region);
  demandSignature(scope, field('policy'), field('x-amz-signature'));
  demandPolicy(field('policy'), { bucket: request.bucket.name, fields, size: file.length }, parts.clock.now());

  const caller = callerOf(scope, field('x-amz-security-token'));
  const target = { ...request, key: field('key') };
  authorize(parts, caller, 's3:PutObject', target);
  if (fields.has('tagging')) authorize(parts, caller, 's3:PutObjectTagging', target);
  return played(parts, caller, 'PostObject', async () => {
    const etag = `"${createHash('md5').update(file).digest('hex')}"`;
    const about = { bucket: request.bucket.name, key: target.key, etag, tags: tagsIn(field('tagging')) };
    const contentType = field('content-type') || 'binary/octet-stream';
    const { versionId } = parts.objects.put({ ...about, contentType }, file);
    const location = `http://${request.headers.host}${request.path}${encodeURIComponent(target.key)}`;
    return emptyReply(204, { etag, location, 'x-amz-version-id': versionId });
  });
}

/** Fields after the file are ignored, as by S3. */
async function formIn({ headers, body }: S3Request): Promise<Form> {
  if (body === 'too long')
    throw new AwsError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  const contentType = headers['content-type'] ?? '';
  if (!contentType.startsWith('multipart/form-data')) {
    throw new AwsError(412, 'PreconditionFailed', 'Bucket POST must be of the enclosure-type multipart/form-data');
  }
  const fields = new Map<string, string>();
  for (const [name, value] of await parsed(body, contentType)) {
    if (name.toLowerCase() === 'file') {
      return { fields, file: await bytesOf(value) };
    }
    fields.set(name.toLowerCase(), typeof value === 'string' ? value : await value.text());
  }
  throw invalid('POST requires exactly one file upload per request.');
}

async function bytesOf(value: string | Blob): Promise<Buffer> {
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
}

async function parsed(body: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw new AwsError(
      400,
      'MalformedPOSTRequest',
      'The body of your POST request is not well-formed multipart/form-data.',
    );
  }
}

/** `<Tagging><TagSet><Tag><Key>state</Key><Value>pending</Value></Tag></TagSet></Tagging>` → `state=pending` */
function tagsIn(tagging: string): string[] {
  const tags = tagging.matchAll(/<Tag><Key>([^<]*)<\/Key><Value>([^<]*)<\/Value><\/Tag>/g);
  return [...tags].map(([, key, value]) => `${key}=${value}`);
}

function invalid(message: string): AwsError {
  return new AwsError(400, 'InvalidArgument', message);
}
