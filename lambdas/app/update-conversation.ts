import type { PatchConversation } from '../../contract/conversation.ts';
import { refuseFields } from '../domain/chat-error.ts';
import type { Details, Head } from '../domain/conversation.ts';
import type { Principal } from '../domain/principal.ts';
import { admit, refuseClosed } from './admit.ts';
import type { HeadStore } from './membership-ports.ts';
import type { Clock, ConversationStore, View } from './ports.ts';
import { detailsOf, type Shown, type ShowPorts, showOne } from './show-views.ts';
import { untilDecided } from './until-decided.ts';

export interface UpdatePorts extends ShowPorts {
  conversations: Pick<ConversationStore, 'viewsOf'>;
  heads: Pick<HeadStore, 'update'>;
  clock: Clock;
}

const operation = 'update the conversation';

/**
 * Title, avatar, metadata and settings, by moderators and owners: read, and one transaction. CONFLICT when the conversation is
 * closed, VALIDATION_FAILED for a setting that its kind does not have.
 */
export const updateConversation =
  (ports: UpdatePorts) =>
  async (principal: Principal, conversationId: string, patch: PatchConversation): Promise<Shown> =>
    showOne(
      ports,
      await untilDecided({ clock: ports.clock, operation }, async (): Promise<View | 'outdated'> => {
        const [found = {}] = await ports.conversations.viewsOf(principal.userId, [conversationId]);
        const view = admit(found, { principal, right: 'update', operation });
        refuseClosed(view.head, operation);
        refuseSettings(view.head, patch);
        const details = detailsAfter(await detailsOf(ports, view.head), patch);
        const head = headAfter(view.head, patch, details);
        const isDescribed = patch.avatarUrl !== undefined || patch.metadata !== undefined;
        const written = await ports.heads.update({
          head,
          ...(isDescribed && { details }),
          changed: { atMs: ports.clock.now(), details },
        });
        return written.outcome === 'outdated' ? 'outdated' : { ...view, head: written.head };
      }),
    );

function refuseSettings({ type }: Head, { settings = {} }: PatchConversation): void {
  if (settings.visibility === 'public' && type !== 'channel') {
    refuseFields(operation, [{ path: 'settings.visibility', message: 'must be private but for a channel' }]);
  }
  if (settings.posting === 'moderators' && type === 'direct') {
    refuseFields(operation, [{ path: 'settings.posting', message: 'must be everyone in a direct conversation' }]);
  }
  if (settings.slowModeSeconds && type === 'direct') {
    refuseFields(operation, [{ path: 'settings.slowModeSeconds', message: 'must be 0 in a direct conversation' }]);
  }
}

/** What is given takes the place of what was there; null takes it away. */
function detailsAfter(before: Details = {}, { avatarUrl, metadata }: PatchConversation): Details {
  const after = {
    ...before,
    ...(avatarUrl !== undefined && { avatarUrl }),
    ...(metadata !== undefined && { metadata }),
  };
  return {
    ...(after.avatarUrl != null && { avatarUrl: after.avatarUrl }),
    ...(after.metadata != null && { metadata: after.metadata }),
  };
}

function headAfter(before: Head, { title, settings = {} }: PatchConversation, details: Details): Head {
  const {
    posting: postingBefore,
    visibility: visibilityBefore,
    slowModeSeconds: slowBefore,
    hasDetails,
    ...rest
  } = before;
  const { posting = postingBefore, visibility = visibilityBefore, slowModeSeconds = slowBefore } = settings;
  return {
    ...rest,
    ...(title !== undefined && { title }),
    ...(posting === 'moderators' && { posting }),
    ...(visibility === 'public' && { visibility }),
    ...(slowModeSeconds && { slowModeSeconds }),
    ...(Object.keys(details).length > 0 && { hasDetails: true }),
  };
}
