import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { propertiesOf, synthesise } from './synthesis.ts';

describe('a stage with domain events', () => {
  const { template } = synthesise();

  test('has a bus of its own, by the name of the stage', () => {
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'Parley-local' });
    template.resourceCountIs('AWS::Events::EventBus', 1);
  });

  test('keeps for two weeks what could not be published', () => {
    const queues = [...propertiesOf(template, 'AWS::SQS::Queue')];
    const parked = queues.find(([id]) => id.startsWith('EventsUnpublishedRecords'))?.[1];
    expect(parked).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 3_600 });
  });

  test('calls a person for the first of them', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('domain-events.md'),
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });
});

describe('a stage without', () => {
  const { template } = synthesise({ domainEvents: false });

  test('has no bus, no function that publishes and nothing that reads the stream for one', () => {
    template.resourceCountIs('AWS::Events::EventBus', 0);
    expect([...propertiesOf(template, 'AWS::Lambda::Function').keys()]).not.toContain('PublishEvents');
    const ofStream = [...propertiesOf(template, 'AWS::Lambda::EventSourceMapping').values()].filter(
      ({ StartingPosition }) => StartingPosition !== undefined,
    );
    expect(ofStream).toHaveLength(1);
  });

  test('has functions that know of none', () => {
    for (const name of ['Notify', 'TellPresence']) {
      const { Environment } = propertiesOf(template, 'AWS::Lambda::Function').get(name) ?? {};
      expect(Environment).toMatchObject({ Variables: { EVENT_BUS: 'null' } });
    }
  });

  test('grants nothing of EventBridge, and tells of no bus', () => {
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('events:');
    expect(Object.keys(template.findOutputs('*'))).not.toContain('EventBusName');
  });
});
