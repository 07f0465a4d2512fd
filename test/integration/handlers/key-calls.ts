import type { ClaimedKeysList, DeviceKeys, DeviceKeysList } from '../../../contract/keys.ts';
import { ask } from './answers.ts';

interface User {
  userId: string;
}

/** What is done with keys. Imported late: a handler reads its environment when it is loaded. */
export async function keyCalls() {
  const { handler } = await import('../../../lambdas/http/manage-keys.lambda.ts');
  const own = '/v1/users/me/keys/{deviceId}';

  return {
    save: ({ userId }: User, deviceId: string, body: object) =>
      ask<{ keys: DeviceKeys }>(handler, `PUT ${own}`, { userId, params: { deviceId }, body }),
    remove: ({ userId }: User, deviceId: string) =>
      ask<object>(handler, `DELETE ${own}`, { userId, params: { deviceId } }),
    show: ({ userId }: User, of: User | 'me') =>
      ask<DeviceKeysList>(handler, 'GET /v1/users/{userId}/keys', { userId, params: { userId: idOf(of) } }),
    claim: ({ userId }: User, of: User | 'me', body: object = {}) =>
      ask<ClaimedKeysList>(handler, 'POST /v1/users/{userId}/keys/claim', {
        userId,
        params: { userId: idOf(of) },
        body,
      }),
  };
}

const idOf = (user: User | 'me') => (user === 'me' ? user : user.userId);

/** What a device saves, with one-time keys of these ids. */
export const keysOf = (identityKey: string, ...keyIds: number[]) => ({
  identityKey,
  signedPreKey: { keyId: 1, publicKey: 'c2lnbmVk', signature: 'c2lnbmF0dXJl' },
  oneTimeKeys: keyIds.map(oneTimeKey),
});

export const oneTimeKey = (keyId: number) => ({ keyId, publicKey: Buffer.from(`key ${keyId}`).toString('base64') });

export const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
