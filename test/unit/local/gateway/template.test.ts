import { describe, expect, test } from 'vitest';
import { deploymentOf, type Template } from '../../../../local/template.ts';
import type { Json } from '../../../../local/types.ts';

const target = { stackName: 'Parley-local', region: 'us-east-1', accountId: '000000000000' };

const others: Template['Resources'] = {
  Table1A2B3C4D: { Type: 'AWS::DynamoDB::GlobalTable', Properties: {} },
  Queue: { Type: 'AWS::SQS::Queue' },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
  Send: {
    Type: 'AWS::Lambda::Function',
    Metadata: { 'aws:cdk:path': 'Parley-local/WebSocket/SendMessageFrame/Resource' },
  },
};

function resolved(value: Json): Json | undefined {
  const template = {
    Parameters: { BootstrapVersion: { Default: '/cdk-bootstrap/version' } },
    Resources: { ...others, Probe: { Type: 'AWS::IAM::Policy', Properties: { value } } },
  };
  return deploymentOf(template, target).resources.get('Probe')?.properties.value;
}

describe('intrinsic functions', () => {
  test.each<[string, Json, Json | undefined]>([
    ['Ref gives the name of a table', { Ref: 'Table1A2B3C4D' }, 'Parley-local-Table1A2B3C4D'],
    [
      'Ref gives the URL of a queue',
      { Ref: 'Queue' },
      'https://sqs.us-east-1.amazonaws.com/000000000000/Parley-local-Queue',
    ],
    ['Ref knows pseudo parameters', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['Ref gives the default of a parameter', { Ref: 'BootstrapVersion' }, '/cdk-bootstrap/version'],
    ['AWS::NoValue removes the property', { Ref: 'AWS::NoValue' }, undefined],
    ['AWS::NoValue removes an item of a list', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
    [
      'GetAtt gives an ARN',
      { 'Fn::GetAtt': ['Queue', 'Arn'] },
      'arn:aws:sqs:us-east-1:000000000000:Parley-local-Queue',
    ],
    [
      'GetAtt may be one text with a dot',
      { 'Fn::GetAtt': 'Send.Arn' },
      'arn:aws:lambda:us-east-1:000000000000:function:Parley-local-Send',
    ],
    ['Join joins what is nested in it', { 'Fn::Join': ['/', ['a', { Ref: 'AWS::Partition' }]] }, 'a/aws'],
    [
      'Sub replaces names',
      { 'Fn::Sub': `b-\${AWS::AccountId}-\${Send.Arn}` },
      expect.stringContaining('b-000000000000-arn:'),
    ],
    [
      'Sub prefers its own variables',
      { 'Fn::Sub': [`\${x}-\${!y}`, { x: { Ref: 'AWS::Region' } }] },
      `us-east-1-\${y}`,
    ],
    ['Select takes an item', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    ['a key with another one beside it is no intrinsic', { Ref: 'x', more: 1 }, { Ref: 'x', more: 1 }],
  ])('%s', (_sentence, value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  test.each<[string, Json, RegExp]>([
    ['an unknown function is named with its place', { 'Fn::ImportValue': 'x' }, /Probe\.value .*Fn::ImportValue/],
    ['an unknown resource is named', { Ref: 'Nowhere' }, /Probe\.value .*Nowhere/],
    ['an unknown attribute is named', { 'Fn::GetAtt': ['Queue', 'Depth'] }, /Depth of AWS::SQS::Queue \(Queue\)/],
    ['an item that is not there is named', { 'Fn::Select': [3, ['a']] }, /no item 3/],
  ])('%s', (_sentence, value, message) => {
    expect(() => resolved(value)).toThrow(message);
  });
});

describe('resources', () => {
  test('an unknown type stops the start with its name and logical id', () => {
    const template = { Resources: { Cache: { Type: 'AWS::ElastiCache::CacheCluster' } } };
    expect(() => deploymentOf(template, target)).toThrow(/AWS::ElastiCache::CacheCluster \(Cache\)/);
  });

  test('names are the construct ids, or logical ids without their hash', () => {
    const { resources } = deploymentOf({ Resources: others }, target);
    expect(resources.get('Send')?.name).toBe('SendMessageFrame');
    expect(resources.get('Table1A2B3C4D')?.name).toBe('Table');
  });

  test('a resource is found by its ARN, a table by its stream too', () => {
    const deployment = deploymentOf({ Resources: others }, target);
    const table = deployment.resources.get('Table1A2B3C4D');
    expect(deployment.byArn(`${table?.arn}/stream/2026-01-01T00:00:00.000`)).toBe(table);
    expect(() => deployment.byArn('arn:aws:sqs:us-east-1:000000000000:other')).toThrow(/arn:aws:sqs.*other/);
  });
});
