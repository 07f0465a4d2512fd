import type { ConversationSummary, CreateConversation } from '../../contract/conversation.ts';
import type { Member, MemberPage, Role } from '../../contract/member.ts';
import type { MovedWatermark, Receipt, ReceiptList } from '../../contract/receipt.ts';
import type { Sync, SyncAnswer, Synced } from '../../contract/sync.ts';
import type { Profile } from '../../contract/user.ts';
import { bodyOf, type HttpAnswer, type HttpCall } from './client-http.ts';
import type { ChatTarget } from './client-target.ts';
import { type AbsentUser, absentUser, type User } from './steps-given.ts';
import { succeeded } from './steps-messages.ts';
import { calls } from './steps-when.ts';

/** What a user does with conversations, their members and the own place in them: each step must succeed, unless it is a `tries…`. */

type OneConversation = { conversation: ConversationSummary };

const pathOf = (conversationId: string, below = '') => `/conversations/${conversationId}${below}`;
const post = (body: unknown): HttpCall => ({ method: 'POST', body });

/** A backend of the deployer's own. */
export async function service(target: ChatTarget, name: string): Promise<AbsentUser> {
  const user = await absentUser(target, name);
  return { ...user, token: await target.token(user.userId, { scope: 'chat:service' }) };
}

export const triesToCreate = (
  creator: AbsentUser,
  conversation: CreateConversation,
): Promise<HttpAnswer<OneConversation>> => calls(creator, '/conversations', post(conversation));

export const creates = async (creator: AbsentUser, conversation: CreateConversation): Promise<ConversationSummary> =>
  bodyOf(await triesToCreate(creator, conversation)).conversation;

export const triesToOpen = (reader: AbsentUser, conversationId: string): Promise<HttpAnswer<OneConversation>> =>
  calls(reader, pathOf(conversationId));

export const opens = async (reader: AbsentUser, conversationId: string): Promise<ConversationSummary> =>
  bodyOf(await triesToOpen(reader, conversationId)).conversation;

/** The one that is bound to a business object, where the reader has it. */
export const findsByContext = async (
  reader: AbsentUser,
  context: { type: string; id: string },
): Promise<ConversationSummary[]> => {
  const query = `contextType=${encodeURIComponent(context.type)}&contextId=${encodeURIComponent(context.id)}`;
  return bodyOf(await calls<{ conversations: ConversationSummary[] }>(reader, `/conversations?${query}`)).conversations;
};

export const triesToChange = (
  user: AbsentUser,
  conversationId: string,
  change: object,
): Promise<HttpAnswer<OneConversation>> => calls(user, pathOf(conversationId), { method: 'PATCH', body: change });

export const triesToClose = (user: AbsentUser, conversationId: string): Promise<HttpAnswer> =>
  calls(user, pathOf(conversationId), { method: 'DELETE' });

export const prefers = async (user: AbsentUser, conversationId: string, preferences: object): Promise<void> => {
  bodyOf(await calls(user, pathOf(conversationId, '/preferences'), { method: 'PATCH', body: preferences }));
};

export const membersOf = async (reader: AbsentUser, conversationId: string): Promise<Member[]> =>
  bodyOf(await calls<MemberPage>(reader, pathOf(conversationId, '/members'))).members;

export const rolesIn = async (reader: AbsentUser, conversationId: string): Promise<Record<string, Role>> =>
  Object.fromEntries((await membersOf(reader, conversationId)).map(({ userId, role }) => [userId, role]));

export const triesToAdd = (
  user: AbsentUser,
  conversationId: string,
  added: { userId: string }[],
): Promise<HttpAnswer> =>
  calls(user, pathOf(conversationId, '/members'), post({ userIds: added.map(({ userId }) => userId) }));

export const adds = async (user: AbsentUser, conversationId: string, added: { userId: string }[]): Promise<void> => {
  bodyOf(await triesToAdd(user, conversationId, added));
};

/** From now on these are the members; a backend's right. */
export const triesToSetMembers = (
  user: AbsentUser,
  conversationId: string,
  members: { userId: string }[],
): Promise<HttpAnswer> =>
  calls(user, pathOf(conversationId, '/members'), {
    method: 'PUT',
    body: { userIds: members.map(({ userId }) => userId) },
  });

export const triesToRemove = (
  user: AbsentUser,
  conversationId: string,
  { userId }: { userId: string },
): Promise<HttpAnswer> => calls(user, pathOf(conversationId, `/members/${userId}`), { method: 'DELETE' });

export const triesToLeave = (user: AbsentUser, conversationId: string): Promise<HttpAnswer> =>
  triesToRemove(user, conversationId, { userId: 'me' });

export const triesToChangeRole = (
  user: AbsentUser,
  conversationId: string,
  { userId }: { userId: string },
  role: Role,
): Promise<HttpAnswer> =>
  calls(user, pathOf(conversationId, `/members/${userId}`), { method: 'PATCH', body: { role } });

/** Has seen everything, or everything up to `seq`. */
export const marksRead = async (reader: AbsentUser, conversationId: string, seq?: number): Promise<MovedWatermark> =>
  bodyOf(await calls<MovedWatermark>(reader, pathOf(conversationId, '/read'), post(seq === undefined ? {} : { seq })));

export const marksDelivered = async (reader: AbsentUser, conversationId: string): Promise<MovedWatermark> =>
  bodyOf(await calls<MovedWatermark>(reader, pathOf(conversationId, '/delivered'), post({})));

export const marksReadByFrame = async ({ socket }: User, conversationId: string, seq?: number): Promise<void> => {
  succeeded(await socket.request('receipt.read', { conversationId, ...(seq !== undefined && { seq }) }));
};

export const marksDeliveredByFrame = async ({ socket }: User, conversationId: string): Promise<void> => {
  succeeded(await socket.request('receipt.delivered', { conversationId }));
};

export const receiptsIn = async (reader: AbsentUser, conversationId: string): Promise<Receipt[]> =>
  bodyOf(await calls<ReceiptList>(reader, pathOf(conversationId, '/receipts'))).receipts;

/** The whole profile: what is not given is no longer set. */
export const setsProfile = async (user: AbsentUser, profile: Profile): Promise<void> => {
  bodyOf(await calls(user, '/users/me', { method: 'PUT', body: profile }));
};

/** What a client keeps of an answer to `syncs`. */
export const cursorsOf = ({ epoch, conversations }: Synced): Pick<Sync, 'epoch' | 'cursors'> => ({
  epoch,
  cursors: Object.fromEntries(
    conversations.map(({ conversationId, settledSeq, rev }) => [conversationId, { seq: settledSeq, rev }]),
  ),
});

/** What happened since; without anything to start from, everything. */
export async function syncs(user: AbsentUser, since: Partial<Sync> = {}): Promise<Synced> {
  const answer = bodyOf(await calls<SyncAnswer>(user, '/sync', post({ cursors: {}, ...since })));
  if ('reset' in answer) throw new Error('the sync starts anew');
  return answer;
}
