import type { BanPage, Ban as PublicBan } from '../../contract/ban.ts';
import { type Ban, publicBan } from '../domain/ban.ts';
import { type CloseAllPorts, closeAllConnections } from './close-all-connections.ts';
import type { Admin } from './oversee.ts';
import type { BanStore, PageRequest } from './ports.ts';

export interface BanPorts extends CloseAllPorts {
  bans: Pick<BanStore, 'ban' | 'lift'>;
}

/**
 * Keeps a user from connecting and from asking for anything, and hangs up the connections that there are. Banning again replaces the
 * ban. A function that let the user in a moment ago finds out within `banKnownMs`.
 */
export const banUser =
  (ports: BanPorts) =>
  async (
    { userId: bannedBy }: Pick<Admin, 'userId'>,
    userId: string,
    { reason }: { reason?: string | undefined },
  ): Promise<PublicBan> => {
    const ban: Ban = { userId, bannedAtMs: ports.clock.now(), bannedBy, ...(reason && { reason }) };
    await ports.bans.ban(ban);
    await closeAllConnections(ports)(userId);
    return publicBan(ban);
  };

/** Lets a user back in; who is not banned stays as they are. */
export const liftBan =
  ({ bans, clock }: Pick<BanPorts, 'bans' | 'clock'>) =>
  (userId: string): Promise<void> =>
    bans.lift(userId, clock.now());

/** Newest first. */
export const listBans =
  ({ bans }: { bans: Pick<BanStore, 'bans'> }) =>
  async (page: PageRequest): Promise<BanPage> => {
    const found = await bans.bans(page);
    return { ...found, bans: found.bans.map(publicBan) };
  };
