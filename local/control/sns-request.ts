import * as z from 'zod/mini';
import { platformNames } from '../sns/push-platforms.ts';

const text = z.optional(z.string().check(z.minLength(1)));
const choice = { endpointArn: text, deviceToken: text };
const enabled = z.boolean();

const isChosen = z.refine<{ endpointArn?: string | undefined; deviceToken?: string | undefined }>(
  ({ endpointArn, deviceToken }) => (endpointArn === undefined) !== (deviceToken === undefined),
  'name the endpointArn or the deviceToken',
);

const choiceSchema = z.strictObject(choice).check(isChosen);
const changeSchema = z.strictObject({ ...choice, enabled }).check(isChosen);
const platformSchema = z.strictObject({ platform: z.enum(platformNames), enabled });

/** Which endpoints are meant, by their ARN or by the token that the device registered. */
export const parseEndpointChoice = (body: unknown) => choiceSchema.parse(body);

export const parseEndpointChange = (body: unknown) => changeSchema.parse(body);

export const parsePlatformChange = (body: unknown) => platformSchema.parse(body);
