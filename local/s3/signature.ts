import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../aws/service.ts';
import { KEY_PREFIX, signedBy } from '../aws/signature.ts';
import type { Caller } from '../types.ts';

/** What every function's credentials are made of (lambda/function-config.ts); only S3 has clients check signatures made with it. */
const LOCAL_SECRET = 'local';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** `<key>/<day>/<region>/s3/aws4_request` */
export interface Scope {
  keyId: string;
  day: string;
  region: string;
}

export function scopeIn(credential: string, region: string): Scope {
  const [keyId = '', day = '', given, service, end, ...more] = credential.split('/');
  const isScope = service === 's3' && end === 'aws4_request' && more.length === 0 && /^\d{8}$/.test(day);
  if (!isScope)
    throw new AwsError(400, 'AuthorizationQueryParametersError', 'Error parsing the X-Amz-Credential parameter.');
  if (given !== region) {
    throw new AwsError(
      400,
      'AuthorizationQueryParametersError',
      `the region '${given}' is wrong; expecting '${region}'`,
    );
  }
  return { keyId, day, region };
}

/** The function that the credentials were given to, and which of its workers signed. */
export function callerOf({ keyId }: Scope, securityToken: string): Caller {
  return { functionId: keyId.startsWith(KEY_PREFIX) ? keyId.slice(KEY_PREFIX.length) : '', workerId: securityToken };
}

export function demandSignature({ day, region }: Scope, text: string, signature: string): void {
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${LOCAL_SECRET}`);
  const expected = Buffer.from(hmac(key, text).toString('hex'));
  const given = Buffer.from(signature);
  if (expected.length === given.length && timingSafeEqual(expected, given)) return;
  throw new AwsError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Of a call of a function itself, as at every other endpoint of AWS's: unchecked, on the loopback (aws/signature.ts). */
export function signerOfHeader(headers: Record<string, string>): Caller {
  const { caller, service } = signedBy({ headers });
  if (caller && service === 's3') return caller;
  throw new AwsError(403, 'AccessDenied', 'Access Denied');
}

/** `20261121T031500Z` */
export function timeIn(basic: string): number {
  const iso = basic.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const time = Date.parse(iso);
  if (!Number.isNaN(time)) return time;
  throw new AwsError(403, 'AccessDenied', "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
}

const MOST_SECONDS = 7 * 24 * 3600;

export interface PresignedUrl {
  method: string;
  host: string;
  /** As it came: encoded. */
  path: string;
  query: URLSearchParams;
}

/** Who signed this URL, if it is good now. docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
export function signerOfUrl({ method, host, path, query }: PresignedUrl, region: string, nowMs: number): Caller {
  const given = (name: string) => query.get(`X-Amz-${name}`) ?? '';
  const scope = scopeIn(given('Credential'), region);
  const seconds = Number(given('Expires'));
  if (
    given('Algorithm') !== ALGORITHM ||
    given('SignedHeaders') !== 'host' ||
    !(seconds >= 1 && seconds <= MOST_SECONDS)
  ) {
    throw new AwsError(400, 'AuthorizationQueryParametersError', 'Error parsing the parameters of the signature.');
  }
  const signedAt = timeIn(given('Date'));
  if (nowMs > signedAt + 1000 * seconds) throw new AwsError(403, 'AccessDenied', 'Request has expired');
  const signed = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const canonical = [method, path, signed.sort().join('&'), `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const day = `${scope.day}/${region}/s3/aws4_request`;
  const hashed = createHash('sha256').update(canonical).digest('hex');
  demandSignature(scope, [ALGORITHM, given('Date'), day, hashed].join('\n'), given('Signature'));
  return callerOf(scope, given('Security-Token'));
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
