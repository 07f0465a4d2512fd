import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { WebhookStack } from './webhook-stack.ts';

const fileAt = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8');

test('the webhook of docs/domain-events.md is the one that is tested here', () => {
  const page = fileAt('../../docs/domain-events.md');
  expect(/<!-- example: webhook -->\n```ts\n([\s\S]*?)```/.exec(page)?.[1]).toBe(fileAt('webhook-stack.ts'));
});

test('it posts new messages to the address, with the key, and parks what it gives up on', () => {
  const url = 'https://shop.example.com/chat';
  const template = Template.fromStack(new WebhookStack(new App(), 'Webhook', { busName: 'Parley-prod', url }));
  template.hasResourceProperties('AWS::Events::ApiDestination', { InvocationEndpoint: url, HttpMethod: 'POST' });
  template.hasResourceProperties('AWS::Events::Connection', {
    AuthorizationType: 'API_KEY',
    AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'x-parley-key' } },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventBusName: 'Parley-prod',
    EventPattern: { 'detail-type': ['chat.message.created'] },
    Targets: [Match.objectLike({ InputPath: '$.detail', DeadLetterConfig: Match.anyValue() })],
  });
});
