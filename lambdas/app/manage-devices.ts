import type { Device as PublicDevice, RegisterDevice } from '../../contract/device.ts';
import { limits } from '../../contract/limits.ts';
import { refuse } from '../domain/chat-error.ts';
import { publicDevice } from '../domain/device.ts';
import type { Clock, DeviceStore, PushRegistry } from './ports.ts';

export interface DevicePorts {
  devices: DeviceStore;
  registry: PushRegistry;
  clock: Clock;
}

/** Registers a push device, or gives it its new token. CONFLICT when the user has as many devices as one may have. */
export const registerDevice =
  ({ devices, registry, clock }: DevicePorts) =>
  async (userId: string, deviceId: string, request: RegisterDevice): Promise<PublicDevice> => {
    const known = await devices.devicesOf(userId);
    const isNew = known.every((device) => device.deviceId !== deviceId);
    if (isNew && known.length >= limits.devicesPerUser) {
      refuse('CONFLICT', 'register the device', `a user has at most ${limits.devicesPerUser} devices`);
    }
    const endpointArn = await registry.register({ ...request, userId });
    const device = { userId, deviceId, ...request, endpointArn, registeredAtMs: clock.now() };
    await devices.save(device);
    return publicDevice(device);
  };

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
    await registry.unregister(device.endpointArn);
    await devices.remove(userId, deviceId);
  };
