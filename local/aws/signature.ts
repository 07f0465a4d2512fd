import type { Caller } from '../types.ts';
import type { AwsRequest } from './service.ts';

export const KEY_PREFIX = 'local-';

/** Tools and tests sign with this key id; every action is allowed to them. */
export const ADMIN: Caller = { functionId: 'admin', workerId: '' };

/**
 * Which service a request is for, and who signed it. SigV4 says both in its credential scope; the key id of a worker is
 * `local-<functionId>` and its session token the worker's id. The signature itself is not checked: whoever reaches a
 * loopback port could read the secret too.
 */
export function signedBy(request: Pick<AwsRequest, 'headers'>): { service: string; caller?: Caller } {
  const credential = /Credential=([^/\s]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(
    request.headers.authorization ?? '',
  );
  const [, keyId = '', service = ''] = credential ?? [];
  if (!keyId.startsWith(KEY_PREFIX)) return { service };
  const workerId = String(request.headers['x-amz-security-token'] ?? '');
  return { service, caller: { functionId: keyId.slice(KEY_PREFIX.length), workerId } };
}
