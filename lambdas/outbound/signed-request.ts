import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { environmentCredentials } from '../runtime/environment-credentials.ts';

/** A request to a service of AWS, before it is signed. */
export interface UnsignedRequest {
  method: 'POST' | 'DELETE';
  /** With its port, where that is not the scheme's own. */
  host: string;
  /** With its query, in the order of its names. As it goes over the wire: encoded once. */
  path: string;
  body: string;
  /** Signed with it; names in lower case. */
  headers?: Record<string, string>;
}

export const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Signature Version 4 by hand, for calls so many or so few that the SDK's client for them is too dear (docs/decisions/0009 and 0016).
 * `service` as in the names of its endpoints. AWS, "Create a signed AWS API request".
 */
export function signerFor(service: string, region: string) {
  const keyOf = signingKeys(service, region);
  // Everybody in a conversation gets the same frame.
  const bodyHashOf = lastOf(sha256);

  /** The headers of this request, signed at this time. Credentials are read each time, since Lambda renews them. */
  return ({ method, host, path, body, headers: own }: UnsignedRequest, nowMs: number): OutgoingHttpHeaders => {
    const { accessKeyId, secretAccessKey, sessionToken } = environmentCredentials();
    const time = basicTime(nowMs);
    const day = time.slice(0, 8);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const token = sessionToken && { 'x-amz-security-token': sessionToken };
    const headers: Record<string, string> = { ...own, host, 'x-amz-date': time, ...token };
    const signed = Object.keys(headers).sort();
    const names = signed.join(';');
    const lines = signed.map((name) => `${name}:${headers[name]}\n`);
    const [barePath = '', query = ''] = path.split('?');
    const canonical = [method, canonicalPath(barePath), query, lines.join(''), names, bodyHashOf(body)].join('\n');
    const signature = hmac(keyOf(secretAccessKey, day), [algorithm, time, scope, sha256(canonical)].join('\n'));
    return {
      ...headers,
      authorization: `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature.toString('hex')}`,
    };
  };
}

/** The key of a day, which is good for one service in one Region. */
export const signingKeys = (service: string, region: string) =>
  lastOf((secret: string, day: string) => {
    const dayKey = hmac(`AWS4${secret}`, day);
    // A key that is made once: HMAC with bare bytes makes it anew each time, seven times as long as the HMAC itself.
    return createSecretKey(hmac(hmac(hmac(dayKey, region), service), 'aws4_request'));
  });

/** Every service but S3 signs a path that is encoded once more than the one it is asked for. */
const canonicalPath = (path: string) => encodeURIComponent(path).replaceAll('%2F', '/');

/** ISO 8601 without its separators: `20261121T031500Z`. */
export const basicTime = (ms: number) => new Date(ms).toISOString().replace(/[:-]|\.\d{3}/g, '');

export const sha256 = (text: string) => hash('sha256', text, 'hex');
export const hmac = (key: string | Buffer | KeyObject, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** Remembers the last result. */
function lastOf<Arguments extends string[], Result>(make: (...given: Arguments) => Result) {
  let last: { given: Arguments; result: Result } | undefined;
  return (...given: Arguments): Result => {
    if (!last?.given.every((value, position) => value === given[position])) last = { given, result: make(...given) };
    return last.result;
  };
}
