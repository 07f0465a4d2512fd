import { expect } from 'vitest';
import type { ErrorCode } from '../../../contract/errors.ts';
import { type Answer, type Asked, codeIn, type WholeChat } from '../whole-chat.ts';
import { newReplica, type Replica } from './replica.ts';
import { type Conversation, type Member, type Message, newConversation, type World } from './world.ts';

/** One life of a few users: the chat as it is, and the model beside it. */
export interface Life {
  chat: WholeChat;
  world: World;
  /** Each user's devices. */
  replicas: Map<string, Replica[]>;
  turns: number;
}

export const devicesPerUser = 2;

export const newLife = (chat: WholeChat, users: string[]): Life => ({
  chat,
  world: { users, conversations: [] },
  replicas: new Map(users.map((user) => [user, Array.from({ length: devicesPerUser }, newReplica)])),
  turns: 0,
});

/** What a command is to do, in numbers: whom and what they mean depends on what there is when its turn comes. */
export interface Choice {
  user: number;
  device: number;
  conversation: number;
  message: number;
  other: number;
  byFrame: boolean;
}

/** A user's turn to do something in some conversation, theirs or not. */
export interface Turn extends Pick<Choice, 'other' | 'byFrame'> {
  life: Life;
  user: string;
  device: number;
  conversation: Conversation;
  /** Absent where the conversation is not theirs. */
  member?: Member;
  message?: Message;
  /** Some user, the own one included. */
  someone: string;
  /** Like no other. */
  label: string;
}

const pick = <Thing>(things: Thing[], choice: number): Thing | undefined => things[choice % things.length];

const nowhere = newConversation({ id: 'g0000000000000000000000', type: 'group', isPublic: false }, new Map());

export function turnOf(life: Life, { user, conversation, message, device, other, byFrame }: Choice): Turn {
  const { users, conversations } = life.world;
  life.turns += 1;
  const actor = pick(users, user) ?? '';
  const there = pick(conversations, conversation) ?? nowhere;
  const member = there.members.get(actor);
  const about = pick(there.messages, message);
  return {
    life,
    user: actor,
    device: device % devicesPerUser,
    conversation: there,
    ...(member && { member }),
    ...(about && { message: about }),
    someone: pick(users, other) ?? '',
    label: `${life.turns}`,
    other,
    byFrame,
  };
}

export const ask = ({ life, user }: Turn, routeKey: string, asked: Asked = {}): Promise<Answer> =>
  life.chat.ask(routeKey, { userId: user }, asked);

export const askByFrame = ({ life, user, device }: Turn, action: string, data: unknown): Promise<Answer> =>
  life.chat.sendFrame(action, { userId: user, connectionId: `${user}-${device}` }, data);

export type Outcome = 'ok' | ErrorCode;

export const outcomeOf = (answer: Answer): Outcome => (answer.status < 400 ? 'ok' : codeIn(answer));

/** Whether the chat did it, when it answered what the model says. */
export function ends(answer: Answer, expected: Outcome): boolean {
  expect([outcomeOf(answer), answer.body]).toEqual([expected, answer.body]);
  return expected === 'ok';
}
