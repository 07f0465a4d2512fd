import type { Profile, User } from '../../contract/user.ts';
import type { Principal } from '../domain/principal.ts';
import { publicUser } from '../domain/profile.ts';
import type { ProfileStore } from './reader-ports.ts';

export interface ProfilePorts {
  profiles: ProfileStore;
}

/** What a user is called: as they have set it; their own, where they have not, as their token says. Nobody is unknown. One read. */
export const showUser =
  ({ profiles }: ProfilePorts) =>
  async (caller: Principal, userId: string): Promise<User> =>
    publicUser(userId, await profiles.profileOf(userId), userId === caller.userId ? caller.profile : undefined);

/** Takes the place of whatever was set before. One write. */
export const saveProfile =
  ({ profiles }: ProfilePorts) =>
  async (userId: string, profile: Profile): Promise<User> => {
    await profiles.save(userId, profile);
    return publicUser(userId, profile);
  };
