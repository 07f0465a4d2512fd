import * as z from 'zod/mini';
import { platformNames } from '../sns/push-platforms.ts';

const text = z.string().check(z.minLength(1));
const enabled = z.boolean();

const choice = z.union([z.strictObject({ endpointArn: text }), z.strictObject({ deviceToken: text })]);
const change = z.union([
  z.strictObject({ endpointArn: text, enabled }),
  z.strictObject({ deviceToken: text, enabled }),
]);

/** Which endpoints are meant, by their ARN or by the token that the device registered. */
export const parseEndpointChoice = (body: unknown) => choice.parse(body);

export const parseEndpointChange = (body: unknown) => change.parse(body);

const platform = z.strictObject({ platform: z.enum(platformNames), enabled });

export const parsePlatformChange = (body: unknown) => platform.parse(body);
