import type { ConversationSummary } from '../../../contract/conversation.ts';
import type { Message } from '../../../contract/message.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { type Caller, good, type WholeChat } from '../whole-chat.ts';
import { type Role, roles, type TableName } from './table.ts';

/** A conversation and its people, as one of them has it who now asks for something. */
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

/** The same scene for each role. */
export type Stage = (role: Role) => Scene;

type Cast = Record<Role, string>;
type Conversation = Scene['conversation'];

const one = '/v1/conversations/{conversationId}';
const newUser = (name: string) => `${name}-${systemRandomness.id()}`;
const newCast = () => Object.fromEntries(roles.map((role) => [role, newUser(role)])) as Cast;

function callerOf(role: Role, userId: string): Caller | undefined {
  if (role === 'anonymous') return undefined;
  return role === 'admin' || role === 'service' ? { userId, scope: `chat:${role}` } : { userId };
}

/** What never was: for tables about no conversation, and for the question whether anybody can tell. */
export function missing(caller: Caller | undefined): Scene {
  const conversationId = `g${systemRandomness.id()}`;
  const message = { messageId: `${conversationId}.1` };
  return { caller, conversation: { conversationId }, message, own: message, ...bystanders(newUser('owner')) };
}

const bystanders = (owner: string) => ({
  owner,
  otherModerator: newUser('moderator'),
  other: newUser('other'),
  newcomer: newUser('newcomer'),
});

/** Sets the stage for a table. */
export const stages: Record<TableName, (chat: WholeChat) => Promise<Stage>> = {
  own: async () => (role) => missing(callerOf(role, newUser(role))),
  direct: directStage,
  group: (chat) => stageOfMany(chat, { type: 'group', title: 'Team' }),
  channel: (chat) => stageOfMany(chat, { type: 'channel', title: 'News', visibility: 'public', posting: 'moderators' }),
  closed: async (chat) => {
    const stage = await stageOfMany(chat, { type: 'group', title: 'Past' });
    const { owner, conversation } = stage('owner');
    good(await chat.ask(`DELETE ${one}`, { userId: owner }, { params: conversation }));
    return stage;
  },
};

async function directStage(chat: WholeChat): Promise<Stage> {
  const cast = newCast();
  const people = bystanders(cast.owner);
  const conversation = await created(chat, cast.member, { type: 'direct', userId: people.other });
  const message = await said(chat, conversation, people.other);
  const own = await said(chat, conversation, cast.member);
  return (role) => ({ caller: callerOf(role, cast[role]), conversation, message, own, ...people });
}

/** Everyone speaks who may, and somebody is gone when the scene begins. */
async function stageOfMany(chat: WholeChat, kind: object): Promise<Stage> {
  const cast = newCast();
  const { member, moderator, owner, removed } = cast;
  const people = bystanders(owner);
  const memberIds = [people.other, people.otherModerator, member, moderator, removed];
  const conversation = await created(chat, owner, { ...kind, memberIds });
  for (const userId of [people.otherModerator, moderator, removed]) await promote(chat, owner, conversation, userId);

  const message = await said(chat, conversation, people.otherModerator);
  const own: Partial<Record<Role, Scene['own']>> = {
    owner: await said(chat, conversation, owner),
    moderator: await said(chat, conversation, moderator),
    removed: await said(chat, conversation, removed),
    ...(!('posting' in kind) && { member: await said(chat, conversation, member) }),
  };
  good(await chat.ask(`DELETE ${one}/members/{userId}`, { userId: removed }, placeOf(conversation, 'me')));
  return (role) => ({
    caller: callerOf(role, cast[role]),
    conversation,
    message,
    own: own[role] ?? message,
    ...people,
  });
}

const placeOf = (conversation: Conversation, userId: string) => ({ params: { ...conversation, userId } });

async function created(chat: WholeChat, creator: string, body: object): Promise<Conversation> {
  const answer = await chat.ask('POST /v1/conversations', { userId: creator }, { body });
  return { conversationId: good<{ conversation: ConversationSummary }>(answer).conversation.id };
}

async function promote(chat: WholeChat, owner: string, conversation: Conversation, userId: string): Promise<void> {
  const asked = { ...placeOf(conversation, userId), body: { role: 'moderator' } };
  good(await chat.ask(`PATCH ${one}/members/{userId}`, { userId: owner }, asked));
}

async function said(chat: WholeChat, conversation: Conversation, userId: string): Promise<Scene['message']> {
  const asked = { params: conversation, body: { clientMessageId: 'said before', text: 'said before' } };
  const answer = await chat.ask(`POST ${one}/messages`, { userId }, asked);
  return { messageId: good<{ message: Message }>(answer).message.id };
}
