import * as z from 'zod/mini';
import { IdSchema, OpaqueIdSchema } from './common.ts';
import { limits } from './limits.ts';

/** Each may do what those after it may. */
export const roles = ['owner', 'moderator', 'member'] as const;
export type Role = (typeof roles)[number];

export interface Member {
  userId: string;
  role: Role;
  /** The conversation's `lastSeq` when they joined. */
  joinedSeq: number;
}

export interface MemberPage {
  members: Member[];
  nextCursor?: string;
}

const userIds = z
  .array(IdSchema)
  .check(z.maxLength(limits.membersPerRequest, `must be at most ${limits.membersPerRequest} users`));

/** Who is a member already stays as they are. The answer has all who were asked for: 201 where one of them is new. */
export const AddMembersSchema = z.strictObject({ userIds: userIds.check(z.minLength(1, 'must name a user')) });
export type AddMembers = z.output<typeof AddMembersSchema>;

/** From `chat:service`: who is missing is added, of the others those whose role is `member` are removed, and the answer has all. */
export const SetMembersSchema = z.strictObject({ userIds });
export type SetMembers = z.output<typeof SetMembersSchema>;

export const ChangeRoleSchema = z.strictObject({ role: z.enum(roles) });
export type ChangeRole = z.output<typeof ChangeRoleSchema>;

/** `me` is the caller. */
export const MemberParamsSchema = z.strictObject({ conversationId: OpaqueIdSchema, userId: IdSchema });

export const notifyLevels = ['all', 'mentions', 'none'] as const;
export type NotifyLevel = (typeof notifyLevels)[number];

/** How one member wants to see a conversation; nobody else sees it. */
export interface Preferences {
  /** No notifications until then; absent when not muted. */
  mutedUntil?: string;
  pinned: boolean;
  archived: boolean;
  notify: NotifyLevel;
}
