import { environmentCredentials } from '../runtime/environment-credentials.ts';
import { algorithm, basicTime, hmac, sha256, signingKeys } from './signed-request.ts';

export interface PresignedRequest {
  method: 'GET';
  /** Of the bucket, without a slash at its end. */
  baseUrl: string;
  /** Of characters that need no encoding. */
  objectKey: string;
  query: Record<string, string>;
  seconds: number;
}

/** A part of a form's policy: a field that must be exactly this, or a range. */
export type Condition = Record<string, string> | ['content-length-range', number, number];

/**
 * What others may do in our name without our credentials, by Signature Version 4: the two ways of S3. By hand, because the SDK's
 * packages for it are 421 KB (docs/decisions/0021). AWS, "Authenticating Requests: Using Query Parameters" and "Browser-Based Uploads
 * Using POST".
 */
export function presigner(region: string) {
  const keyOf = signingKeys('s3', region);
  const signedAt = (nowMs: number) => {
    const { accessKeyId, secretAccessKey, sessionToken } = environmentCredentials();
    const time = basicTime(nowMs);
    const day = time.slice(0, 8);
    const scope = `${day}/${region}/s3/aws4_request`;
    const sign = (text: string) => hmac(keyOf(secretAccessKey, day), text).toString('hex');
    return { time, scope, credential: `${accessKeyId}/${scope}`, sessionToken, sign };
  };

  return {
    /** A URL that is good until its seconds are over, or the credentials that it was made with. */
    url({ method, baseUrl, objectKey, query, seconds }: PresignedRequest, nowMs: number): string {
      const { time, scope, credential, sessionToken, sign } = signedAt(nowMs);
      const { host, pathname } = new URL(`${baseUrl}/${objectKey}`);
      const asked = queryOf({
        ...query,
        'X-Amz-Algorithm': algorithm,
        'X-Amz-Credential': credential,
        'X-Amz-Date': time,
        'X-Amz-Expires': String(seconds),
        'X-Amz-SignedHeaders': 'host',
        ...(sessionToken && { 'X-Amz-Security-Token': sessionToken }),
      });
      const canonical = [method, pathname, asked, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
      const signature = sign([algorithm, time, scope, sha256(canonical)].join('\n'));
      return `${baseUrl}/${objectKey}?${asked}&X-Amz-Signature=${signature}`;
    },

    /** The fields of a form, with a policy that allows no others. `conditions`: what is asked beside the fields. */
    form(fields: Record<string, string>, conditions: Condition[], until: { nowMs: number; expiresAtMs: number }) {
      const { time, credential, sessionToken, sign } = signedAt(until.nowMs);
      const signed = {
        ...fields,
        'x-amz-algorithm': algorithm,
        'x-amz-credential': credential,
        'x-amz-date': time,
        ...(sessionToken && { 'x-amz-security-token': sessionToken }),
      };
      const exactly = Object.entries(signed).map(([name, value]) => ({ [name]: value }));
      const expiration = new Date(until.expiresAtMs).toISOString();
      const policy = Buffer.from(JSON.stringify({ expiration, conditions: [...conditions, ...exactly] })).toString(
        'base64',
      );
      return { ...signed, policy, 'x-amz-signature': sign(policy) };
    },
  };
}

const queryOf = (query: Record<string, string>): string =>
  Object.entries(query)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');

/** RFC 3986, which is stricter than `encodeURIComponent`. */
export const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
