import { PageSchema } from '../../contract/common.ts';
import { ProfileSchema, UserParamsSchema } from '../../contract/user.ts';
import { blockUser, listBlocks, unblockUser } from '../app/manage-blocks.ts';
import { saveProfile, showUser } from '../app/manage-profile.ts';
import { blockStore } from '../data/block-store.ts';
import { openTable } from '../data/client.ts';
import { profileStore } from '../data/profile-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest } from '../runtime/randomness.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const profiles = profileStore(table);
const ports = { blocks: blockStore(table), clock, digest };
const [show, save] = [showUser({ profiles }), saveProfile({ profiles })];
const [list, block, unblock] = [listBlocks(ports), blockUser(ports), unblockUser(ports)];

const getMe = route({ operation: 'show the profile' }, async (principal) => ({
  status: 200,
  body: { user: await show(principal, principal.userId) },
}));

const putMe = route({ operation: 'save the profile', body: ProfileSchema }, async ({ userId }, { body }) => ({
  status: 200,
  body: { user: await save(userId, body) },
}));

const getUser = route({ operation: 'show the profile', params: UserParamsSchema }, async (principal, { params }) => ({
  status: 200,
  body: { user: await show(principal, params.userId) },
}));

const getBlocks = route({ operation: 'list the blocks', query: PageSchema }, async ({ userId }, { query }) => ({
  status: 200,
  body: await list(userId, query),
}));

const putBlock = route({ operation: 'block the user', params: UserParamsSchema }, async ({ userId }, { params }) => ({
  status: 200,
  body: { block: await block(userId, params.userId) },
}));

const deleteBlock = route(
  { operation: 'unblock the user', params: UserParamsSchema },
  async ({ userId }, { params }) => {
    await unblock(userId, params.userId);
    return { status: 204 };
  },
);

export const handler = httpHandler(
  {
    'GET /v1/users/me': getMe,
    'PUT /v1/users/me': putMe,
    'GET /v1/users/{userId}': getUser,
    'GET /v1/users/me/blocks': getBlocks,
    'PUT /v1/users/me/blocks/{userId}': putBlock,
    'DELETE /v1/users/me/blocks/{userId}': deleteBlock,
  },
  edgeRules(table),
);
