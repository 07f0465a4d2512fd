import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import type { JSONWebKeySet } from 'jose';

/** As API Gateway's own JWT authorizer bounds it. */
const longestKeySetBytes = 150_000;
const timeoutMs = 1_500;

/**
 * Fetches the identity provider's key set. By node:https and not `fetch`, whose first use costs a cold start 30 ms.
 */
export const fetchKeySet = (url: string) => async (): Promise<JSONWebKeySet> => {
  const keySet: unknown = JSON.parse(await textAt(url));
  if (!isKeySet(keySet)) throw new Error('the key set has no keys');
  return keySet;
};

const isKeySet = (value: unknown): value is JSONWebKeySet =>
  isObject(value) && 'keys' in value && Array.isArray(value.keys) && value.keys.every(isObject);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function textAt(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const get = url.startsWith('https:') ? getSecure : getPlain;
  const request = get(url, { signal: AbortSignal.timeout(timeoutMs) }, (response) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    response.on('data', (part: Buffer) => {
      parts.push(part);
      bytes += part.length;
      if (bytes > longestKeySetBytes) request.destroy(new Error('the key set is too large'));
    });
    response.on('error', reject);
    response.on('end', () => {
      if (response.statusCode === 200) resolve(Buffer.concat(parts).toString());
      else reject(new Error(`the key set answers ${response.statusCode}`));
    });
  });
  request.on('error', reject);
  return promise;
}
