import type { ConversationType } from '../../contract/conversation.ts';
import { refuse } from '../domain/chat-error.ts';
import type { Head, Member } from '../domain/conversation.ts';
import type { Principal } from '../domain/principal.ts';
import { type Actor, actorOf, leastFor, may, type Right } from '../domain/roles.ts';

/** Somebody who may do what they ask for. */
export interface Admitted {
  head: Head;
  /** Absent for a backend that is no member. */
  member?: Member;
}

export interface Request {
  principal: Pick<Principal, 'userId' | 'scopes'>;
  right: Right;
  /** As in `unable to <operation>`. */
  operation: string;
}

/**
 * Lets those through who have the right. To anybody but a member a conversation is FORBIDDEN, whether it exists or not; a backend,
 * from which nothing is hidden, is told NOT_FOUND. CONFLICT where the kind of conversation rules it out, whoever asks.
 */
export function admit(found: { head?: Head; member?: Member | undefined }, request: Request): Admitted {
  const { principal, right, operation } = request;
  const actor = actorOf(principal, found.member);
  if (actor === 'stranger') return refuseStranger(operation);
  if (!found.head) return refuseMissing(actor, operation);
  refuseUnlessMay(actor, right, found.head.type, operation);
  return { head: found.head, ...(found.member && { member: found.member }) };
}

export const refuseStranger = (operation: string): never =>
  refuse('FORBIDDEN', operation, 'the caller is not a member of the conversation');

/** A member item without a head is left from a conversation that was never made. */
const refuseMissing = (actor: Actor, operation: string): never =>
  actor === 'service' ? refuse('NOT_FOUND', operation, 'there is no such conversation') : refuseStranger(operation);

function refuseUnlessMay(actor: Actor, right: Right, type: ConversationType, operation: string): void {
  if (may(actor, right, type)) return;
  const least = leastFor(right, type);
  if (least === 'nobody') refuse('CONFLICT', operation, `a ${type} conversation does not change in this`);
  refuse('FORBIDDEN', operation, `only ${least === 'service' ? 'a backend' : `a ${least}`} may`);
}

export function refuseClosed({ closedAtMs }: Head, operation: string): void {
  if (closedAtMs !== undefined) refuse('CONFLICT', operation, 'the conversation is closed');
}
