import {
  EndpointDisabledException,
  InvalidParameterException,
  NotFoundException,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import type { PushOutcome, PushSender } from '../app/ports.ts';
import { clientDefaults } from '../runtime/aws.ts';

/** Publishes to SNS's endpoint of one device. SNS answers when it has accepted a push, not when the phone has it. */
export function pushSender(): PushSender {
  const client = new SNSClient(clientDefaults({ requestTimeout: 3_000 }));
  return {
    async push({ endpointArn }, message): Promise<PushOutcome> {
      try {
        await client.send(new PublishCommand({ TargetArn: endpointArn, MessageStructure: 'json', Message: message }));
        return 'accepted';
      } catch (error) {
        // The platform said that the token is no longer valid, or the endpoint was deleted: the app registers anew when it starts.
        if (error instanceof EndpointDisabledException || error instanceof NotFoundException) return 'gone';
        if (error instanceof InvalidParameterException && /TargetArn/.test(error.message)) return 'gone';
        throw error;
      }
    },
  };
}
