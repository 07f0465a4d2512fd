import type { ConversationSummary } from '../../../contract/conversation.ts';
import { roles } from '../../../contract/member.ts';
import { good } from '../whole-chat.ts';
import { ask, askByFrame, ends, type Outcome, type Turn } from './turn.ts';
import { goes, moveWatermarks, newConversation, newMember, ownersOf } from './world.ts';

/** What users do with conversations, their members and their own place: the chat must answer as the model says, and the model follows. */

type Command = (turn: Turn) => Promise<void>;

const one = '/v1/conversations/{conversationId}';
const here = ({ conversation }: Turn) => ({ conversationId: conversation.id });

export const create: Command = async (turn) => {
  const { user, life, label, other } = turn;
  const others = life.world.users.filter((someone, at) => someone !== user && (other >> at) % 2 === 1);
  const isPublic = other % 3 === 0;
  const body = isPublic
    ? { type: 'channel', title: `Channel ${label}`, memberIds: others, visibility: 'public' }
    : { type: 'group', title: `Group ${label}`, memberIds: others };
  const { conversation } = good<{ conversation: ConversationSummary }>(
    await ask(turn, 'POST /v1/conversations', { body }),
  );
  const founders = new Map([[user, 'owner'] as const, ...others.map((each) => [each, 'member'] as const)]);
  const { id, type } = conversation;
  life.world.conversations.push(newConversation({ id, type, title: body.title, isPublic }, founders));
};

export const createDirect: Command = async (turn) => {
  const { user, someone, life } = turn;
  if (someone === user) return;
  const answer = await ask(turn, 'POST /v1/conversations', { body: { type: 'direct', userId: someone } });
  const { id } = good<{ conversation: ConversationSummary }>(answer).conversation;
  const known = life.world.conversations.find((each) => each.id === id);
  const pair = life.world.conversations.find(
    ({ type, members }) => type === 'direct' && members.has(user) && members.has(someone),
  );
  if (known !== pair) throw new Error('one pair has two conversations, or two pairs have one');
  if (known) return;
  const founders = new Map([user, someone].map((each) => [each, 'member' as const]));
  life.world.conversations.push(newConversation({ id, type: 'direct', isPublic: false }, founders));
};

/** Whether members may be taken out: of what is closed, too. */
function removing({ member, conversation }: Turn, isAllowed: boolean): Outcome {
  if (!member) return 'FORBIDDEN';
  if (conversation.type === 'direct') return 'CONFLICT';
  return isAllowed ? 'ok' : 'FORBIDDEN';
}

/** Whether who has this right may use it now. */
function managing(turn: Turn, isAllowed: boolean): Outcome {
  const outcome = removing(turn, isAllowed);
  return outcome === 'ok' && turn.conversation.isClosed ? 'CONFLICT' : outcome;
}

/** What is open is never without an owner. */
const isLastOwner = ({ conversation }: Turn, userId: string) =>
  !conversation.isClosed && ownersOf(conversation).join() === userId;

const mayManage = ({ member }: Turn) => member !== undefined && member.role !== 'member';

export const add: Command = async (turn) => {
  const { conversation, someone } = turn;
  const answer = await ask(turn, `POST ${one}/members`, { params: here(turn), body: { userIds: [someone] } });
  if (!ends(answer, managing(turn, mayManage(turn))) || conversation.members.has(someone)) return;
  conversation.members.set(someone, newMember(conversation, 'member'));
};

export const expel: Command = async (turn) => {
  const { conversation, member, someone, user } = turn;
  const target = conversation.members.get(someone);
  if (!target || someone === user) return;
  const isAllowed = target.role === 'member' ? mayManage(turn) : member?.role === 'owner';
  const params = { ...here(turn), userId: someone };
  if (ends(await ask(turn, `DELETE ${one}/members/{userId}`, { params }), removing(turn, isAllowed))) {
    goes(conversation, someone);
  }
};

export const leave: Command = async (turn) => {
  const { conversation, user } = turn;
  const allowed = removing(turn, true);
  const expected = allowed === 'ok' && isLastOwner(turn, user) ? 'CONFLICT' : allowed;
  const params = { ...here(turn), userId: 'me' };
  if (ends(await ask(turn, `DELETE ${one}/members/{userId}`, { params }), expected)) goes(conversation, user);
};

export const join: Command = async (turn) => {
  const { conversation, member, user } = turn;
  if (member) return;
  const expected = !conversation.isPublic ? 'FORBIDDEN' : conversation.isClosed ? 'CONFLICT' : 'ok';
  if (!ends(await ask(turn, `POST ${one}/join`, { params: here(turn) }), expected)) return;
  conversation.members.set(user, newMember(conversation, 'member'));
};

export const changeRole: Command = async (turn) => {
  const { conversation, member, someone, byFrame, other } = turn;
  const target = conversation.members.get(someone);
  const role = roles[(other + (byFrame ? 1 : 0)) % roles.length] ?? 'member';
  if (!target) return;
  const isStepDown = role !== 'owner' && isLastOwner(turn, someone);
  const allowed = managing(turn, member?.role === 'owner');
  const asked = { params: { ...here(turn), userId: someone }, body: { role } };
  const answer = await ask(turn, `PATCH ${one}/members/{userId}`, asked);
  if (ends(answer, allowed === 'ok' && isStepDown ? 'CONFLICT' : allowed)) target.role = role;
};

export const rename: Command = async (turn) => {
  const { conversation, label, member } = turn;
  const title = `Renamed ${label}`;
  const isDirect = conversation.type === 'direct';
  const expected = member && isDirect ? 'FORBIDDEN' : managing(turn, mayManage(turn));
  const answer = await ask(turn, `PATCH ${one}`, { params: here(turn), body: { title } });
  if (ends(answer, expected)) conversation.title = title;
};

/** Once in a while: what is closed has little more to tell. */
export const close: Command = async (turn) => {
  const { conversation, member } = turn;
  const isAllowed = conversation.type !== 'direct' && member?.role === 'owner';
  const answer = await ask(turn, `DELETE ${one}`, { params: here(turn) });
  if (ends(answer, isAllowed ? 'ok' : 'FORBIDDEN')) conversation.isClosed = true;
};

export const archive: Command = async (turn) => {
  const { member, byFrame } = turn;
  const asked = { params: here(turn), body: { archived: byFrame } };
  const answer = await ask(turn, `PATCH ${one}/preferences`, asked);
  if (ends(answer, member ? 'ok' : 'FORBIDDEN') && member) member.isArchived = byFrame;
};

export const read: Command = (turn) => moveTo(turn, 'read');
export const deliver: Command = (turn) => moveTo(turn, 'delivered');

async function moveTo(turn: Turn, mark: 'read' | 'delivered'): Promise<void> {
  const { conversation, member } = turn;
  const lastSeq = conversation.messages.length;
  const seq = markIn(turn);
  const body = seq === undefined ? {} : { seq };
  const answer = turn.byFrame
    ? await askByFrame(turn, `receipt.${mark}`, { ...here(turn), ...body })
    : await ask(turn, `POST ${one}/${mark}`, { params: here(turn), body });
  const isPastEnd = seq !== undefined && seq > lastSeq;
  const expected = !member ? 'FORBIDDEN' : isPastEnd ? 'VALIDATION_FAILED' : 'ok';
  if (ends(answer, expected) && member) moveWatermarks(member, { [mark]: seq ?? lastSeq });
}

/** Some message, the end, or past it. */
function markIn({ conversation, message, other }: Turn): number | undefined {
  if (other % 5 === 0) return undefined;
  return other % 11 === 1 ? conversation.messages.length + 1 : (message?.seq ?? 0);
}
