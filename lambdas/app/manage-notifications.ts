import type { NotificationSettings } from '../../contract/notification.ts';
import { refuseFields } from '../domain/chat-error.ts';
import { isService, type Principal } from '../domain/principal.ts';
import type { NotificationStore } from './push-ports.ts';

export interface NotificationPorts {
  settings: Pick<NotificationStore, 'settingsOf' | 'save'>;
}

/** How a user wants to be notified. One read. */
export const showNotifications =
  ({ settings }: NotificationPorts) =>
  ({ userId }: Principal): Promise<NotificationSettings> =>
    settings.settingsOf(userId);

/**
 * Takes the place of what was set before. A number must be the one that the token says is verified: nobody has SMS sent to somebody
 * else, at our cost. A backend is trusted to have seen to that. One write.
 */
export const saveNotifications =
  ({ settings }: NotificationPorts) =>
  async (principal: Principal, wanted: NotificationSettings): Promise<NotificationSettings> => {
    const { phoneNumber } = wanted;
    if (phoneNumber !== undefined && phoneNumber !== principal.phoneNumber && !isService(principal)) {
      refuseFields('save the settings', [{ path: 'phoneNumber', message: 'must be the verified number of the token' }]);
    }
    await settings.save(principal.userId, wanted);
    return wanted;
  };
