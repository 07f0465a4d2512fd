import { refuse } from '../domain/chat-error.ts';
import { type Position, positionOf } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import { isService, type Principal } from '../domain/principal.ts';
import type { Right } from '../domain/roles.ts';
import { type Admitted, admit } from './admit.ts';
import type { RevisionStore } from './revision-ports.ts';

/** Who asks for a change. */
export interface Changer extends Pick<Principal, 'userId' | 'scopes'> {
  /** The connection that it came by, if it came by one. */
  via?: string;
}

/** A message and the right to see it. */
export interface Access extends Admitted {
  operation: string;
  changer: Changer;
  position: Position;
  message: Message;
}

/** One batch read. FORBIDDEN to anyone but a member, whatever there is; NOT_FOUND to a member where no message is. */
export async function accessTo(
  { revisions }: { revisions: Pick<RevisionStore, 'messageView'> },
  changer: Changer,
  messageId: string,
  operation: string,
): Promise<Access> {
  const position = positionOf(messageId, operation);
  const { head, member, message } = await revisions.messageView(changer.userId, position);
  const admitted = admit({ ...(head && { head }), member }, { principal: changer, right: 'read', operation });
  if (!message) return refuse('NOT_FOUND', operation, 'there is no such message');
  return { ...admitted, operation, changer, position, message };
}

export function demand(access: Access, right: Right): void {
  admit(access, { principal: access.changer, right, operation: access.operation });
}

/** Whoever may not send may not change anything either; who is blocked finds the conversation closed, as with a send. */
export function demandOpen({ operation, head, member, changer }: Omit<Access, 'position' | 'message'>): void {
  if (head.closedAtMs !== undefined || member?.blockedAtMs !== undefined) refuseClosed(operation);
  if (member?.bannedAtMs !== undefined && !isService(changer)) {
    refuse('FORBIDDEN', operation, 'the caller is banned from the conversation');
  }
}

export function demandUndeleted({ operation, message }: Access): void {
  if (message.deletedAtMs !== undefined) refuse('CONFLICT', operation, 'the message is deleted');
}

export const refuseClosed = (operation: string): never => refuse('CONFLICT', operation, 'the conversation is closed');
