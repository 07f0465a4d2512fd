import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  InvalidParameterException,
  NotFoundException,
  SetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import type { DevicePlatform } from '../../contract/device.ts';
import type { PushRegistry } from '../app/ports.ts';
import { refuseFields } from '../domain/chat-error.ts';
import { clientDefaults } from '../runtime/aws.ts';

export type PlatformApplications = Partial<Record<DevicePlatform, string>>;

const operation = 'register the device';

/** Registers tokens with SNS's platform applications; those that the stage has not set up are refused by name. */
export function pushRegistry(applications: PlatformApplications): PushRegistry {
  const client = new SNSClient(clientDefaults({ requestTimeout: 3_000 }));

  const create = async (applicationArn: string, token: string): Promise<string> => {
    try {
      const { EndpointArn = '' } = await client.send(
        new CreatePlatformEndpointCommand({ PlatformApplicationArn: applicationArn, Token: token }),
      );
      return EndpointArn;
    } catch (error) {
      return existingEndpoint(error) ?? refusedToken(error);
    }
  };

  /** SNS disables an endpoint when the platform rejects it once: a registration says that the token is good. False for one that is gone. */
  const enable = async (endpointArn: string, token: string): Promise<boolean> => {
    const Attributes = { Enabled: 'true', Token: token };
    try {
      await client.send(new SetEndpointAttributesCommand({ EndpointArn: endpointArn, Attributes }));
      return true;
    } catch (error) {
      if (error instanceof NotFoundException) return false;
      throw error;
    }
  };

  return {
    async register({ platform, token }) {
      const applicationArn = applications[platform];
      if (!applicationArn) {
        return refuseFields(operation, [{ path: 'platform', message: 'push is not set up for this platform' }]);
      }
      const endpointArn = await create(applicationArn, token);
      if (await enable(endpointArn, token)) return endpointArn;
      // Somebody removed it between the two calls: the next is a new one.
      const another = await create(applicationArn, token);
      await enable(another, token);
      return another;
    },

    async unregister(endpointArn) {
      await client.send(new DeleteEndpointCommand({ EndpointArn: endpointArn }));
    },
  };
}

/** SNS names the endpoint that has the token already in the text of its refusal, and nowhere else. */
const existingEndpoint = (error: unknown): string | undefined =>
  error instanceof InvalidParameterException ? /Endpoint (arn:\S+) already exists/.exec(error.message)?.[1] : undefined;

function refusedToken(error: unknown): never {
  if (!(error instanceof InvalidParameterException)) throw error;
  return refuseFields(operation, [{ path: 'token', message: 'is not a token of this platform' }]);
}
