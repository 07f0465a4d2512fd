import { describe, expect, test } from 'vitest';
import { createIam } from '../../../../local/iam/iam.ts';
import type { Json } from '../../../../local/types.ts';
import { deploymentAllowing } from '../../../integration/local/deployment.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Chat';
const worker = { functionId: 'Worker', workerId: 'worker-1' };
const user = 'User: arn:aws:sts::000000000000:assumed-role/Test-Role/Test-Worker';
const allow = (Action: Json, Resource: Json, more = {}) => ({ Effect: 'Allow', Action, Resource, ...more });
const deny = (Action: Json, Resource: Json) => ({ Effect: 'Deny', Action, Resource });
const overTls = { Condition: { Bool: { 'aws:SecureTransport': 'true' } } };
const leading = { Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['USER#*'] } } };

const manage = 'execute-api:ManageConnections';
const api = 'arn:aws:execute-api:us-east-1:000000000000:abcdefghij/v1';

const rows: [sentence: string, statements: Json[], action: string, resource: string, allowed: boolean][] = [
  ['the action on the resource', [allow('dynamodb:PutItem', table)], 'dynamodb:PutItem', table, true],
  ['one action of several', [allow(['dynamodb:GetItem', 'dynamodb:PutItem'], table)], 'dynamodb:PutItem', table, true],
  ['another action', [allow('dynamodb:GetItem', table)], 'dynamodb:PutItem', table, false],
  ['an action in other letters', [allow('sns:Publish', '*')], 'SNS:Publish', table, true],
  ['a wildcard in the action', [allow('dynamodb:*', table)], 'dynamodb:PutItem', table, true],
  [
    'a wildcard in the resource',
    [allow('dynamodb:Query', `${table}/index/*`)],
    'dynamodb:Query',
    `${table}/index/GSI1`,
    true,
  ],
  ['the table, but not its index', [allow('dynamodb:Query', table)], 'dynamodb:Query', `${table}/index/GSI1`, false],
  ['a table whose name goes on', [allow('dynamodb:PutItem', table)], 'dynamodb:PutItem', `${table}2`, false],
  [
    'a question mark for one character',
    [allow('dynamodb:PutItem', `${table}-?`)],
    'dynamodb:PutItem',
    `${table}-a`,
    true,
  ],
  ['a denial wins', [allow('*', '*'), deny('dynamodb:PutItem', table)], 'dynamodb:PutItem', table, false],
  [
    'a post to a connection',
    [allow(manage, `${api}/POST/@connections/*`)],
    manage,
    `${api}/POST/@connections/x=`,
    true,
  ],
  ['a post, but no close', [allow(manage, `${api}/POST/*`)], manage, `${api}/DELETE/@connections/x=`, false],
  ['nothing at all', [], 'dynamodb:PutItem', table, false],
  ['a condition that holds', [allow('*', '*', overTls)], 'dynamodb:PutItem', table, true],
];

describe('a role allows', () => {
  test.each(rows)('%s', (_, statements, action, resource, allowed) => {
    const authorize = () =>
      createIam(deploymentAllowing(statements)).authorize(worker, { action, resources: [resource] });
    if (allowed) expect(authorize).not.toThrow();
    else expect(authorize).toThrow(`${user} is not authorized to perform: ${action} on resource: ${resource} `);
  });

  test('only what every resource of a call is allowed for', () => {
    const iam = createIam(deploymentAllowing([allow('dynamodb:BatchGetItem', table)]));
    const need = { action: 'dynamodb:BatchGetItem', resources: [table, `${table}2`] };
    expect(() => iam.authorize(worker, need)).toThrow(`${table}2`);
  });

  test('what a policy beside it says too', () => {
    const PolicyDocument = { Statement: [allow('dynamodb:PutItem', table)] };
    const Policy = { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument, Roles: [{ Ref: 'Role' }] } };
    const iam = createIam(deploymentAllowing([], { Policy }));
    expect(() => iam.authorize(worker, { action: 'dynamodb:PutItem', resources: [table] })).not.toThrow();
  });

  test('by the keys that a condition asks about', () => {
    const iam = createIam(deploymentAllowing([allow('dynamodb:PutItem', table, leading)]));
    const put =
      (...keys: string[]) =>
      () =>
        iam.authorize(worker, {
          action: 'dynamodb:PutItem',
          resources: [table],
          context: { 'dynamodb:LeadingKeys': keys },
        });
    expect(put('USER#bob')).not.toThrow();
    expect(put('USER#bob', 'USER#eve')).not.toThrow();
    expect(put('USER#bob', 'CONV#1')).toThrow('is not authorized to perform: dynamodb:PutItem');
    expect(put('CONV#1')).toThrow('because no identity-based policy allows the dynamodb:PutItem action');
  });
});

describe('a refusal', () => {
  test('by a denial says so', () => {
    const iam = createIam(deploymentAllowing([deny('*', '*')]));
    const refused = () => iam.authorize(worker, { action: 'dynamodb:PutItem', resources: [table] });
    expect(refused).toThrow('with an explicit deny in an identity-based policy');
  });
});

describe('a policy that is not understood stops the start, naming', () => {
  test.each([
    ['the condition operator', allow('*', '*', { Condition: { DateLessThan: {} } }), 'DateLessThan'],
    ['the condition key', allow('*', '*', { Condition: { StringEquals: { 'aws:SourceIp': '::1' } } }), 'aws:SourceIp'],
    ['the part of the statement', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }, 'NotAction'],
  ])('%s', (_, statement, name) => {
    expect(() => createIam(deploymentAllowing([statement]))).toThrow(name);
  });
});

test('only functions of the template and tools are known', () => {
  const iam = createIam(deploymentAllowing([]));
  expect(iam.knows(worker)).toBe(true);
  expect(iam.knows({ functionId: 'admin', workerId: '' })).toBe(true);
  expect(iam.knows({ functionId: 'Stranger', workerId: '' })).toBe(false);
});
