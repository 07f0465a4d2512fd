import type { DevicePlatform, Device as PublicDevice } from '../../contract/device.ts';

/** A push device of a user, registered with SNS. */
export interface Device {
  userId: string;
  deviceId: string;
  platform: DevicePlatform;
  token: string;
  /** SNS's address of the device. */
  endpointArn: string;
  registeredAtMs: number;
}

export const publicDevice = ({ deviceId, platform, registeredAtMs }: Device): PublicDevice => ({
  deviceId,
  platform,
  registeredAt: new Date(registeredAtMs).toISOString(),
});
