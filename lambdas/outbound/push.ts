import {
  EndpointDisabledException,
  InvalidParameterException,
  InvalidParameterValueException,
  NotFoundException,
  PublishCommand,
  SNSClient,
  SNSServiceException,
  ValidationException,
} from '@aws-sdk/client-sns';
import type { PushOutcome, PushSender } from '../app/push-ports.ts';
import { clientDefaults } from '../runtime/aws.ts';
import { log } from '../runtime/log.ts';
import { messageAttributes } from './message-attributes.ts';

/**
 * Publishes to SNS's endpoint of one device. SNS answers when it has accepted a push, not when the phone has it. One attempt: the SDK
 * would repeat what timed out, and a push that was taken all the same would be there twice.
 */
export function pushSender(): PushSender {
  const client = new SNSClient(clientDefaults({ requestTimeout: 3_000, maxAttempts: 1 }));
  return {
    async push({ endpointArn }, { message, attributes }) {
      const MessageAttributes = messageAttributes(attributes);
      try {
        await client.send(
          new PublishCommand({ TargetArn: endpointArn, MessageStructure: 'json', Message: message, MessageAttributes }),
        );
        return 'accepted';
      } catch (error) {
        const outcome = outcomeOf(error);
        // Without the endpoint's own id, which no one is to be told apart by.
        const application = endpointArn.split('/').slice(1, 3).join('/');
        log.warn('a push that was not taken', { outcome, application, reason: reasonOf(error) });
        return outcome;
      }
    },
  };
}

const refusals = [InvalidParameterException, InvalidParameterValueException, ValidationException];

/** A switched-off application or a missing grant needs a person: until then, the push waits with all that can't be taken now. */
function outcomeOf(error: unknown): PushOutcome {
  // The platform said that the token is no longer valid, or the endpoint was deleted: the app registers anew when it starts.
  if (error instanceof EndpointDisabledException || error instanceof NotFoundException) return 'gone';
  if (error instanceof InvalidParameterException && /TargetArn/.test(error.message)) return 'gone';
  if (refusals.some((refusal) => error instanceof refusal)) return 'refused';
  return error instanceof SNSServiceException || isUnsent(error) ? 'later' : 'unknown';
}

const unsentCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** Nothing left this machine: what fails later may have been taken. */
function isUnsent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && unsentCodes.has(String(error.code))) return true;
  return error.name === 'TimeoutError' && /establish a connection/.test(error.message);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
