import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { SmsSender } from '../app/push-ports.ts';
import { clientDefaults } from '../runtime/aws.ts';
import { log } from '../runtime/log.ts';
import { messageAttributes } from './message-attributes.ts';

/** Transactional: SNS sends it for delivery rather than for its price. */
const attributes = messageAttributes({ 'AWS.SNS.SMS.SMSType': 'Transactional' });

/** Publishes to a phone number. One attempt, and no other later: each may be billed, and one that comes late helps nobody. */
export function smsSender(): SmsSender {
  const client = new SNSClient(clientDefaults({ requestTimeout: 3_000, maxAttempts: 1 }));
  return {
    async send(phoneNumber, text) {
      try {
        await client.send(
          new PublishCommand({ PhoneNumber: phoneNumber, Message: text, MessageAttributes: attributes }),
        );
        return true;
      } catch (error) {
        log.error('an SMS that was not taken', error);
        return false;
      }
    },
  };
}
