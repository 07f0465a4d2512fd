import { Duration, SecretValue, Stack, type StackProps } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

interface WebhookProps extends StackProps {
  /** The output EventBusName of Parley's stack. */
  busName: string;
  url: string;
}

/** Posts every new message to a web address, in a header a key that nobody else knows. */
export class WebhookStack extends Stack {
  constructor(scope: Construct, id: string, { busName, url, ...props }: WebhookProps) {
    super(scope, id, props);
    const connection = new events.Connection(this, 'Connection', {
      authorization: events.Authorization.apiKey('x-parley-key', SecretValue.secretsManager('parley/webhook-key')),
    });
    const webhook = new events.ApiDestination(this, 'Webhook', { connection, endpoint: url, rateLimitPerSecond: 50 });
    new events.Rule(this, 'NewMessages', {
      eventBus: events.EventBus.fromEventBusName(this, 'Bus', busName),
      eventPattern: { detailType: ['chat.message.created'] },
      targets: [
        new targets.ApiDestination(webhook, {
          event: events.RuleTargetInput.fromEventPath('$.detail'),
          maxEventAge: Duration.hours(1),
          deadLetterQueue: new Queue(this, 'Unsent', { enforceSSL: true }),
        }),
      ],
    });
  }
}
