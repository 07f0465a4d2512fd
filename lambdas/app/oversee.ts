import { refuse } from '../domain/chat-error.ts';
import { isAdmin, type Principal } from '../domain/principal.ts';
import type { AuditStore } from './moderation-ports.ts';
import type { Clock, Randomness } from './ports.ts';

export type Admin = Pick<Principal, 'userId' | 'scopes'>;

/** What an administrator asks for: `unable to <operation>`, and whom or what it concerns. */
export interface Access {
  operation: string;
  target: Record<string, string>;
}

export type Oversee = (principal: Admin, access: Access) => Promise<void>;

export interface OverseePorts {
  audit: Pick<AuditStore, 'append'>;
  clock: Pick<Clock, 'now'>;
  randomness: Pick<Randomness, 'id'>;
}

/**
 * Goes before everything that an administrator does: it is written down first, and where it can't be, nothing is done. One write.
 * FORBIDDEN without the scope `chat:admin`, which leaves no entry.
 */
export const oversee =
  ({ audit, clock, randomness }: OverseePorts): Oversee =>
  async ({ userId, scopes }, access) => {
    if (!isAdmin({ scopes })) refuse('FORBIDDEN', access.operation, 'it takes the scope chat:admin');
    await audit.append({ id: randomness.id(), atMs: clock.now(), userId, ...access });
  };
