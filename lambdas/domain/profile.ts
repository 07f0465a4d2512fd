import type { OtherUser, Profile, User } from '../../contract/user.ts';
import { type Attendance, presenceOf } from './presence.ts';
import type { NameClaims } from './principal.ts';

/** A user as others meet them: the profile, if there is one, and what tells whether they are there. */
export interface Person {
  userId: string;
  profile?: Profile;
  attendance: Attendance;
}

/** What the user has not set comes from the token's claims, where the token is at hand: in the user's own requests. */
export const publicUser = (userId: string, profile?: Profile, claims?: NameClaims): User => ({
  userId,
  ...(profile ?? claims),
});

/** The other side of a direct conversation; no presence where one has blocked the other. */
export const otherUserOf = (person: Person, isBlocked: boolean, nowMs: number): OtherUser => ({
  ...publicUser(person.userId, person.profile),
  ...(!isBlocked && { presence: presenceOf(person.attendance, nowMs) }),
});
