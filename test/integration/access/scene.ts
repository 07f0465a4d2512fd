import type { ConversationSummary } from '../../../contract/conversation.ts';
import type { Message } from '../../../contract/message.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { type Caller, good, type WholeChat } from '../whole-chat.ts';
import type { Role, TableName } from './table.ts';

/** A conversation that one cell of a table has for itself. */
export interface Scene {
  /** Absent for anonymous. */
  caller: Caller | undefined;
  conversation: { conversationId: string };
  /** Said by somebody else. */
  message: { messageId: string };
  /** Said by the caller, where they ever could. */
  own: { messageId: string };
  owner: string;
  otherModerator: string;
  /** A member, or the other side. */
  other: string;
  newcomer: string;
}

const one = '/v1/conversations/{conversationId}';
const newUser = (name: string) => `${name}-${systemRandomness.id()}`;

/** Stands for a conversation where a table is about none, and where a test is about one that does not exist. */
export const missing = (caller: Caller | undefined): Scene => {
  const conversationId = `g${systemRandomness.id()}`;
  const message = { messageId: `${conversationId}.1` };
  const [owner, otherModerator, other, newcomer] = ['owner', 'moderator', 'other', 'newcomer'].map(newUser) as Four;
  return { caller, conversation: { conversationId }, message, own: message, owner, otherModerator, other, newcomer };
};
type Four = [string, string, string, string];

export const callerOf = (role: Role, userId = newUser(role)): Caller | undefined => {
  if (role === 'anonymous') return undefined;
  if (role === 'admin' || role === 'service') return { userId, scope: `chat:${role}` };
  return { userId };
};

/** Stages of one kind of conversation each, with the caller in their role. */
export const stages: Record<TableName, (chat: WholeChat, role: Role) => Promise<Scene>> = {
  own: async (_chat, role) => missing(callerOf(role)),
  direct: directScene,
  group: (chat, role) => manyScene(chat, role, { type: 'group', title: 'Team' }),
  channel: (chat, role) =>
    manyScene(chat, role, { type: 'channel', title: 'News', visibility: 'public', posting: 'moderators' }),
  closed: async (chat, role) => {
    const scene = await manyScene(chat, role, { type: 'group', title: 'Past' });
    good(await chat.ask(`DELETE ${one}`, { userId: scene.owner }, { params: scene.conversation }));
    return scene;
  },
};

async function directScene(chat: WholeChat, role: Role): Promise<Scene> {
  const scene = missing(callerOf(role));
  const member = role === 'member' && scene.caller ? scene.caller.userId : newUser('member');
  const conversation = await created(chat, member, { type: 'direct', userId: scene.other });
  return { ...scene, conversation, ...(await messagesIn(chat, conversation, scene.other, member)) };
}

/** The owner, two moderators, a member, and one more who is gone when the scene begins. */
async function manyScene(chat: WholeChat, role: Role, kind: object): Promise<Scene> {
  const scene = missing(callerOf(role));
  const caller = scene.caller?.userId ?? '';
  const owner = role === 'owner' ? caller : scene.owner;
  const isInside = role === 'member' || role === 'moderator' || role === 'removed';
  const memberIds = [scene.other, scene.otherModerator, ...(isInside ? [caller] : [])];
  const conversation = await created(chat, owner, { ...kind, memberIds });

  await makeModerator(chat, owner, conversation, scene.otherModerator);
  if (role === 'moderator' || role === 'removed') await makeModerator(chat, owner, conversation, caller);
  const speaker = isInside && role !== 'member' ? caller : owner;
  const said = await messagesIn(chat, conversation, scene.otherModerator, await mayPost(kind, role, caller, speaker));
  if (role === 'removed') {
    good(await chat.ask(`DELETE ${one}/members/{userId}`, { userId: caller }, membership(conversation, 'me')));
  }
  return { ...scene, owner, conversation, ...said };
}

const mayPost = async (kind: object, role: Role, caller: string, otherwise: string) =>
  role === 'member' && !('posting' in kind) ? caller : otherwise;

const membership = (conversation: Scene['conversation'], userId: string) => ({ params: { ...conversation, userId } });

async function created(chat: WholeChat, creator: string, body: object): Promise<Scene['conversation']> {
  const answer = await chat.ask('POST /v1/conversations', { userId: creator }, { body });
  return { conversationId: good<{ conversation: ConversationSummary }>(answer).conversation.id };
}

async function makeModerator(chat: WholeChat, owner: string, conversation: Scene['conversation'], userId: string) {
  const asked = { ...membership(conversation, userId), body: { role: 'moderator' } };
  good(await chat.ask(`PATCH ${one}/members/{userId}`, { userId: owner }, asked));
}

async function messagesIn(chat: WholeChat, conversation: Scene['conversation'], theirs: string, mine: string) {
  const said = async (userId: string) => {
    const asked = { params: conversation, body: { clientMessageId: 'said before', text: 'said before' } };
    const answer = await chat.ask(`POST ${one}/messages`, { userId }, asked);
    return { messageId: good<{ message: Message }>(answer).message.id };
  };
  return { message: await said(theirs), own: await said(mine) };
}
