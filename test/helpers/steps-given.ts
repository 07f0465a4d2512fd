import { randomUUID } from 'node:crypto';
import type { ConversationSummary } from '../../contract/conversation.ts';
import type { DevicePlatform } from '../../contract/device.ts';
import { bodyOf } from './client-http.ts';
import { type ChatSocket, openSocket } from './client-socket.ts';
import type { ChatTarget } from './client-target.ts';
import { calls } from './steps-when.ts';

/** Somebody with a token, and no connection. */
export interface AbsentUser {
  target: ChatTarget;
  userId: string;
  token: string;
}

/** Somebody with one open connection. */
export interface User extends AbsentUser {
  socket: ChatSocket;
}

/** Ids are new each time, so that tests can share a host, and a stage. */
export async function absentUser(target: ChatTarget, name: string): Promise<AbsentUser> {
  const userId = `${name}-${randomUUID().slice(0, 8)}`;
  return { target, userId, token: await target.token(userId) };
}

export async function user(target: ChatTarget, name: string): Promise<User> {
  const absent = await absentUser(target, name);
  return { ...absent, socket: await connection(absent) };
}

/** Another device of theirs. */
export const connection = ({ target, token }: AbsentUser): Promise<ChatSocket> =>
  openSocket(target.webSocketUrl, { headers: { authorization: `Bearer ${token}` } });

/** The same from where no header can be set. */
export const connectionByQuery = ({ target, token }: AbsentUser, parameter = 'access_token'): Promise<ChatSocket> =>
  openSocket(`${target.webSocketUrl}?${parameter}=${encodeURIComponent(token)}`);

export const directConversation = (creator: AbsentUser, other: AbsentUser): Promise<string> =>
  createdBy(creator, { type: 'direct', userId: other.userId });

export const group = (owner: AbsentUser, members: { userId: string }[], title = 'A group'): Promise<string> =>
  createdBy(owner, { type: 'group', title, memberIds: members.map(({ userId }) => userId) });

export async function device(owner: AbsentUser, deviceId: string, platform: DevicePlatform, token: string) {
  bodyOf(await calls(owner, `/users/me/devices/${deviceId}`, { method: 'PUT', body: { platform, token } }));
}

async function createdBy(creator: AbsentUser, body: unknown): Promise<string> {
  const call = { method: 'POST', body };
  const { conversation } = bodyOf(await calls<{ conversation: ConversationSummary }>(creator, '/conversations', call));
  return conversation.id;
}
