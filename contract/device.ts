import * as z from 'zod/mini';
import { IdSchema } from './common.ts';
import { limits } from './limits.ts';

export const devicePlatforms = ['fcm', 'apns', 'apns_sandbox'] as const;
export type DevicePlatform = (typeof devicePlatforms)[number];

export const RegisterDeviceSchema = z.strictObject({
  platform: z.enum(devicePlatforms),
  token: z.string().check(z.regex(/^[\x21-\x7e]+$/, 'must be a push token'), z.maxLength(limits.pushTokenLength)),
});
export type RegisterDevice = z.output<typeof RegisterDeviceSchema>;

/** A push device. Its token is never shown again. */
export interface Device {
  deviceId: string;
  platform: DevicePlatform;
  registeredAt: string;
}

export const DeviceParamsSchema = z.strictObject({ deviceId: IdSchema });
