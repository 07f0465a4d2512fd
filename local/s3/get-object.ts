import { AwsError } from '../aws/service.ts';
import type { HttpReply } from '../http/http-reply.ts';
import type { StoredObject } from './objects.ts';
import type { S3Request } from './s3-gateway.ts';

/** What a link may say otherwise of the object than the object itself. */
const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** The object, or the range of it that is asked for. */
export function getObject({ headers, query }: S3Request, object: StoredObject, content: Buffer): HttpReply {
  const overridden = OVERRIDES.flatMap((name) => {
    const value = query.get(`response-${name}`);
    return value === null ? [] : [[name, value]];
  });
  const whole: HttpReply = {
    status: 200,
    headers: {
      'accept-ranges': 'bytes',
      'content-type': object.contentType,
      etag: object.etag,
      'last-modified': new Date(object.storedAtMs).toUTCString(),
      'x-amz-version-id': object.versionId,
      ...Object.fromEntries(overridden),
    },
    cookies: [],
    body: content,
  };
  return headers.range === undefined ? whole : partOf(whole, headers.range);
}

/** One range of bytes. What is no range, or several, S3 takes for none. */
function partOf(whole: HttpReply, range: string): HttpReply {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (from === '' && to === '') return whole;
  const { length } = whole.body;
  const start = from === '' ? Math.max(0, length - Number(to)) : Number(from);
  const end = from === '' || to === '' ? length - 1 : Math.min(Number(to), length - 1);
  if (start > end) throw new AwsError(416, 'InvalidRange', 'The requested range is not satisfiable');
  const headers = { ...whole.headers, 'content-range': `bytes ${start}-${end}/${length}` };
  return { ...whole, status: 206, headers, body: whole.body.subarray(start, end + 1) };
}
