import { PageSchema } from '../../contract/common.ts';
import { ConversationParamsSchema, PatchPreferencesSchema } from '../../contract/conversation.ts';
import { AddMembersSchema, ChangeRoleSchema, MemberParamsSchema, SetMembersSchema } from '../../contract/member.ts';
import { addMembers } from '../app/add-members.ts';
import { changePreferences } from '../app/change-preferences.ts';
import { changeRole } from '../app/change-role.ts';
import { listMembers } from '../app/list-members.ts';
import { removeMember } from '../app/remove-member.ts';
import { setMembers } from '../app/set-members.ts';
import { openTable } from '../data/client.ts';
import { membershipStore } from '../data/membership-store.ts';
import type { Principal } from '../domain/principal.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME, MEMBERS_PER_GROUP } = environment('TABLE_NAME', 'MEMBERS_PER_GROUP');
const table = openTable(TABLE_NAME);
const members = membershipStore(table);
const ports = { members, clock, membersPerGroup: Number(MEMBERS_PER_GROUP) };
const [list, add, set] = [listMembers(ports), addMembers(ports), setMembers(ports)];
const [change, remove, prefer] = [changeRole(ports), removeMember(ports), changePreferences(ports)];

const getMembers = route(
  { operation: 'list the members', params: ConversationParamsSchema, query: PageSchema, cost: costs.heavy },
  async (principal, { params, query }) => ({
    status: 200,
    body: await list(principal, params.conversationId, query),
  }),
);

const postMembers = route(
  { operation: 'add members', params: ConversationParamsSchema, body: AddMembersSchema, cost: costs.heavy },
  async (principal, { params, body }) => {
    const { members, isNew } = await add(principal, params.conversationId, body);
    return { status: isNew ? 201 : 200, body: { members } };
  },
);

const putMembers = route(
  { operation: 'set the members', params: ConversationParamsSchema, body: SetMembersSchema, cost: costs.heavy },
  async (principal, { params, body }) => ({
    status: 200,
    body: { members: await set(principal, params.conversationId, body) },
  }),
);

const patchMember = route(
  { operation: 'change the role', params: MemberParamsSchema, body: ChangeRoleSchema },
  async (principal, { params, body }) => ({
    status: 200,
    body: { member: await change(principal, params.conversationId, memberIn(params, principal), body) },
  }),
);

const deleteMember = route(
  { operation: 'remove the member', params: MemberParamsSchema },
  async (principal, { params }) => {
    await remove(principal, params.conversationId, memberIn(params, principal));
    return { status: 204 };
  },
);

const patchPreferences = route(
  { operation: 'change the preferences', params: ConversationParamsSchema, body: PatchPreferencesSchema },
  async ({ userId }, { params, body }) => ({
    status: 200,
    body: { preferences: await prefer(userId, params.conversationId, body) },
  }),
);

const memberIn = ({ userId }: { userId: string }, principal: Principal) =>
  userId === 'me' ? principal.userId : userId;

export const handler = httpHandler(
  {
    'GET /v1/conversations/{conversationId}/members': getMembers,
    'POST /v1/conversations/{conversationId}/members': postMembers,
    'PUT /v1/conversations/{conversationId}/members': putMembers,
    'PATCH /v1/conversations/{conversationId}/members/{userId}': patchMember,
    'DELETE /v1/conversations/{conversationId}/members/{userId}': deleteMember,
    'PATCH /v1/conversations/{conversationId}/preferences': patchPreferences,
  },
  edgeRules(table),
);
