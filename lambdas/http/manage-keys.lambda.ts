import { DeviceParamsSchema } from '../../contract/device.ts';
import { ClaimKeysSchema, SaveKeysSchema } from '../../contract/keys.ts';
import { UserParamsSchema } from '../../contract/user.ts';
import { claimKeys } from '../app/claim-keys.ts';
import { removeKeys, saveKeys, showKeys } from '../app/manage-keys.ts';
import { audienceStore } from '../data/audience-store.ts';
import { openTable } from '../data/client.ts';
import { keyStore } from '../data/key-store.ts';
import type { Principal } from '../domain/principal.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest, systemRandomness as randomness } from '../runtime/randomness.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const ports = { keys: keyStore(table), audience: audienceStore(table), clock, randomness, digest };
const [save, remove, show, claim] = [saveKeys(ports), removeKeys(ports), showKeys(ports), claimKeys(ports)];

const putKeys = route(
  { operation: 'save the keys', params: DeviceParamsSchema, body: SaveKeysSchema, cost: costs.heavy },
  async ({ userId }, { params, body }) => ({ status: 200, body: { keys: await save(userId, params.deviceId, body) } }),
);

const deleteKeys = route(
  { operation: 'remove the keys', params: DeviceParamsSchema, cost: costs.heavy },
  async ({ userId }, { params }) => {
    await remove(userId, params.deviceId);
    return { status: 204 };
  },
);

const getKeys = route(
  { operation: 'show the keys', params: UserParamsSchema, cost: costs.heavy },
  async (principal, { params }) => ({ status: 200, body: await show(principal.userId, userIn(principal, params)) }),
);

const postClaim = route(
  {
    operation: 'claim the keys',
    params: UserParamsSchema,
    body: ClaimKeysSchema,
    isBodyOptional: true,
    cost: costs.heavy,
  },
  async (principal, { params, body }) => ({
    status: 200,
    body: await claim(principal.userId, userIn(principal, params), body.deviceIds),
  }),
);

const userIn = ({ userId: callerId }: Principal, { userId }: { userId: string }): string =>
  userId === 'me' ? callerId : userId;

export const handler = httpHandler(
  {
    'PUT /v1/users/me/keys/{deviceId}': putKeys,
    'DELETE /v1/users/me/keys/{deviceId}': deleteKeys,
    'GET /v1/users/{userId}/keys': getKeys,
    'POST /v1/users/{userId}/keys/claim': postClaim,
  },
  edgeRules(table),
);
