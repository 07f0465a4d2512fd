import type { Device as PublicDevice, RegisterDevice } from '../../contract/device.ts';
import { limits } from '../../contract/limits.ts';
import { refuse } from '../domain/chat-error.ts';
import { type Device, publicDevice } from '../domain/device.ts';
import type { Clock, DeviceStore, PushRegistry } from './ports.ts';

export interface DevicePorts {
  devices: DeviceStore;
  registry: PushRegistry;
  clock: Clock;
}

/**
 * Registers a push device, or gives it its new token. Apps do so whenever they start: what is registered already is switched on again
 * and costs no write. CONFLICT when the user has as many devices as one may have.
 */
export const registerDevice =
  ({ devices, registry, clock }: DevicePorts) =>
  async (userId: string, deviceId: string, request: RegisterDevice): Promise<PublicDevice> => {
    const known = await devices.devicesOf(userId);
    const before = known.find((device) => device.deviceId === deviceId);
    if (!before && known.length >= limits.devicesPerUser) {
      refuse('CONFLICT', 'register the device', `a user has at most ${limits.devicesPerUser} devices`);
    }
    const endpointArn = await registry.register({ ...request, userId });
    if (before && isSame(before, { ...request, endpointArn })) return publicDevice(before);
    const device = { userId, deviceId, ...request, endpointArn, registeredAtMs: clock.now() };
    await devices.save(device, before);
    // Nobody has the old address any more: what is left of it at SNS is only to be tidied up.
    if (before && before.endpointArn !== endpointArn) await registry.unregister(before.endpointArn);
    return publicDevice(device);
  };

const isSame = (before: Device, { endpointArn, token, platform }: Partial<Device>): boolean =>
  before.endpointArn === endpointArn && before.token === token && before.platform === platform;

export const listDevices =
  ({ devices }: DevicePorts) =>
  async (userId: string): Promise<PublicDevice[]> =>
    (await devices.devicesOf(userId)).map(publicDevice);

/** Forgets a device; forgetting one that is not there is done already. */
export const removeDevice =
  ({ devices, registry }: DevicePorts) =>
  async (userId: string, deviceId: string): Promise<void> => {
    const device = await devices.deviceOf(userId, deviceId);
    if (!device) return;
    // First ours, then SNS's: an address that somebody else has by now is theirs to keep.
    if (await devices.remove(device)) await registry.unregister(device.endpointArn);
  };
