import type { Ban as PublicBan } from '../../contract/ban.ts';
import { type Ban, publicBan } from '../domain/ban.ts';
import { refuse } from '../domain/chat-error.ts';
import { isAdmin, type Principal } from '../domain/principal.ts';
import { type CloseAllPorts, closeAllConnections } from './close-all-connections.ts';
import type { BanStore } from './ports.ts';

export interface BanPorts extends CloseAllPorts {
  bans: BanStore;
}

type Admin = Pick<Principal, 'userId' | 'scopes'>;

/** Keeps a user from connecting, and hangs up the connections that there are. Banning again replaces the ban. */
export const banUser =
  (ports: BanPorts) =>
  async (admin: Admin, userId: string, { reason }: { reason?: string | undefined }): Promise<PublicBan> => {
    demandAdmin(admin, 'ban the user');
    const ban: Ban = { userId, bannedAtMs: ports.clock.now(), bannedBy: admin.userId, ...(reason && { reason }) };
    await ports.bans.ban(ban);
    await closeAllConnections(ports)(userId);
    return publicBan(ban);
  };

/** Lets a user connect again; who is not banned stays as they are. */
export const liftBan =
  ({ bans, clock }: Pick<BanPorts, 'bans' | 'clock'>) =>
  async (admin: Admin, userId: string): Promise<void> => {
    demandAdmin(admin, 'lift the ban');
    await bans.lift(userId, clock.now());
  };

function demandAdmin({ scopes }: Admin, operation: string): void {
  if (!isAdmin({ scopes })) refuse('FORBIDDEN', operation, 'it takes the scope chat:admin');
}
