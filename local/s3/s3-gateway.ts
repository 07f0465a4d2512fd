import { AwsError } from '../aws/service.ts';
import type { Faults } from '../faults.ts';
import type { HttpReply } from '../http/http-reply.ts';
import type { Iam } from '../iam/iam.ts';
import type { PublicRequest } from '../public-server.ts';
import type { Caller, Clock, Deployment } from '../types.ts';
import { type Bucket, bucketsOf, preflight, shared, sweep } from './buckets.ts';
import { getObject } from './get-object.ts';
import type { Objects, StoredObject } from './objects.ts';
import { postObject } from './post-object.ts';
import { signerOfHeader, signerOfUrl } from './signature.ts';

export interface S3Parts {
  deployment: Deployment;
  objects: Objects;
  iam: Iam;
  faults: Faults;
  clock: Clock;
}

/** A request for something in one of the buckets. */
export interface S3Request extends PublicRequest {
  bucket: Bucket;
  /** Decoded. */
  key: string;
  query: URLSearchParams;
}

export type S3Gateway = (request: PublicRequest) => Promise<HttpReply>;

/** Below it is a folder for each bucket, as in path-style addresses. */
export const S3_PATH = '/_local/s3';

/**
 * S3, as far as clients see it by forms and links that functions have signed for them, and functions by calls: it checks the
 * signature, the policy, the expiry, and by IAM what the function that signed may do. Versions and tags are those of S3.
 */
export function createS3Gateway(parts: S3Parts): S3Gateway {
  const buckets = bucketsOf(parts.deployment);
  return async (request) => {
    const [name = '', ...rest] = request.path.slice(S3_PATH.length + 1).split('/');
    const bucket = buckets.get(name);
    if (!bucket) return refusal(new AwsError(404, 'NoSuchBucket', 'The specified bucket does not exist'));
    const asked = {
      ...request,
      bucket,
      key: decodeURIComponent(rest.join('/')),
      query: new URLSearchParams(request.rawQuery),
    };
    if (request.method === 'OPTIONS') return answerPreflight(asked);
    return shared(bucket, await answer(parts, asked), request.headers.origin);
  };
}

async function answer(parts: S3Parts, request: S3Request): Promise<HttpReply> {
  sweep(request.bucket, parts.objects, parts.clock.now());
  try {
    return await operationOf(request)(parts, request);
  } catch (error) {
    if (error instanceof AwsError) return refusal(error);
    throw error;
  }
}

type Operation = (parts: S3Parts, request: S3Request) => Promise<HttpReply>;

function operationOf({ method, key, query }: S3Request): Operation {
  if (method === 'POST' && key === '') return postObject;
  if (method === 'GET' && key !== '') return readObject;
  if (method === 'DELETE' && query.has('tagging')) return untagObject;
  throw new AwsError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

function answerPreflight({ bucket, headers }: S3Request): HttpReply {
  const { origin = '', 'access-control-request-method': method = '' } = headers;
  const forbidden = new AwsError(403, 'AccessForbidden', 'CORSResponse: This CORS request is not allowed.');
  return preflight(bucket, origin, method) ?? refusal(forbidden);
}

async function readObject(parts: S3Parts, request: S3Request): Promise<HttpReply> {
  const { method, headers, path, query } = request;
  const signed = { method, host: headers.host ?? '', path, query };
  const caller = signerOfUrl(signed, parts.deployment.region, parts.clock.now());
  const version = query.get('versionId') ?? undefined;
  authorize(parts, caller, version === undefined ? 's3:GetObject' : 's3:GetObjectVersion', request);
  const object = find(parts, caller, request, version);
  return played(parts, caller, 'GetObject', async () => getObject(request, object, parts.objects.contentOf(object)));
}

async function untagObject(parts: S3Parts, request: S3Request): Promise<HttpReply> {
  const caller = signerOfHeader(request.headers);
  authorize(parts, caller, 's3:DeleteObjectTagging', request);
  const object = find(parts, caller, request);
  return played(parts, caller, 'DeleteObjectTagging', async () => {
    parts.objects.untag(object);
    return emptyReply(204, { 'x-amz-version-id': object.versionId });
  });
}

/** What may not be listed, nobody is told the absence of: docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
function find(parts: S3Parts, caller: Caller, request: S3Request, version?: string): StoredObject {
  const { bucket, key } = request;
  const object = parts.objects.find(bucket.name, key, version);
  if (object) return object;
  allow(parts, caller, 's3:ListBucket', bucket.arn);
  throw new AwsError(404, 'NoSuchKey', 'The specified key does not exist.');
}

/** Whether the function that signed may do this to the object, now that it is done. */
export function authorize(parts: S3Parts, caller: Caller, action: string, { bucket, key }: S3Request): void {
  allow(parts, caller, action, `${bucket.arn}/${key}`);
}

function allow({ iam }: S3Parts, caller: Caller, action: string, resource: string): void {
  if (!iam.knows(caller)) {
    throw new AwsError(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  }
  try {
    iam.authorize(caller, { action, resources: [resource] });
  } catch (error) {
    // S3 has a name of its own for what other services call AccessDeniedException.
    throw error instanceof AwsError ? new AwsError(403, 'AccessDenied', error.message) : error;
  }
}

/** With the faults that a test asked for. Who is not to be answered waits for ever. */
export async function played(
  { faults }: S3Parts,
  caller: Caller,
  operation: string,
  perform: () => Promise<HttpReply>,
): Promise<HttpReply> {
  const at = { service: 's3', operation, caller };
  if (faults.strike(at, 'before') === 'silence') return silence;
  const reply = await perform();
  return faults.strike(at, 'after') === 'silence' ? silence : reply;
}

const silence = new Promise<HttpReply>(() => undefined);

export function emptyReply(status: number, headers: Record<string, string>): HttpReply {
  return { status, headers, cookies: [], body: Buffer.alloc(0) };
}

function refusal({ status, code, message }: AwsError): HttpReply {
  const text = message.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, cookies: [], body: Buffer.from(body) };
}
