import type { PatchPreferences } from '../../contract/conversation.ts';
import type { Preferences } from '../../contract/member.ts';
import { preferencesOf } from '../domain/conversation.ts';
import { refuseStranger } from './admit.ts';
import type { MembershipStore } from './membership-ports.ts';

/** How the caller wants to see a conversation. One conditional write; FORBIDDEN to anyone but a member. */
export const changePreferences =
  ({ members }: { members: Pick<MembershipStore, 'changePreferences'> }) =>
  async (userId: string, conversationId: string, patch: PatchPreferences): Promise<Preferences> => {
    const { mutedUntil, pinned, archived, notify } = patch;
    const member = await members.changePreferences(
      { conversationId, userId },
      {
        ...(mutedUntil !== undefined && { mutedUntilMs: mutedUntil === null ? null : Date.parse(mutedUntil) }),
        ...(pinned !== undefined && { pinned }),
        ...(archived !== undefined && { archived }),
        ...(notify !== undefined && { notify }),
      },
    );
    return member ? preferencesOf(member) : refuseStranger('change the preferences');
  };
