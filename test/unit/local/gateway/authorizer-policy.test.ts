import { expect, test } from 'vitest';
import { decide } from '../../../../local/gateway/authorizer-policy.ts';
import type { Json } from '../../../../local/types.ts';
import { verdict } from '../../../../local/websocket/websocket-authorizer.ts';

const methodArn = 'arn:aws:execute-api:us-east-1:000000000000:abcdefghij/v1/$connect';

const statement = (effect: string, resource: Json = methodArn, action: Json = 'execute-api:Invoke') => ({
  Effect: effect,
  Action: action,
  Resource: resource,
});

const policy = (...statements: Json[]): Json => ({ Version: '2012-10-17', Statement: statements });

test.each<[string, Json | undefined, string | undefined]>([
  ['an Allow of the very method allows', policy(statement('Allow')), 'Allow'],
  [
    'wildcards cover it',
    policy(statement('Allow', 'arn:aws:execute-api:*:*:abcdefghij/v?/*', 'execute-api:*')),
    'Allow',
  ],
  ['lists of actions and resources are read', policy(statement('Allow', ['x', '*'], ['a', '*'])), 'Allow'],
  ['one statement need not be in a list', { Statement: statement('Allow', '*') }, 'Allow'],
  ['a Deny wins', policy(statement('Allow', '*'), statement('Deny', '*')), 'Deny'],
  ['an Allow of something else is none', policy(statement('Allow', `${methodArn}/x`)), 'Deny'],
  ['a dot is not a wildcard', policy(statement('Allow', methodArn.replace('us-east', 'us.east'))), 'Deny'],
  ['another action does not allow', policy(statement('Allow', '*', 'lambda:InvokeFunction')), 'Deny'],
  ['no policy is malformed', undefined, undefined],
  ['a statement without an effect is malformed', policy({ Action: '*', Resource: '*' }), undefined],
])('%s', (_sentence, document, expected) => {
  expect(decide(document, methodArn)).toBe(expected);
});

const allowed = { principalId: 'alice', policyDocument: policy(statement('Allow', '*')) };
const thrown = (errorMessage: string) => ({ ok: false as const, error: { errorType: 'Error', errorMessage } });
const returned = (payload: Json) => ({ ok: true as const, payload });

test.each<[string, Parameters<typeof verdict>[0], unknown]>([
  ['the error Unauthorized is 401', thrown('Unauthorized'), { status: 401 }],
  ['any other error is 500', thrown('no key set'), { status: 500 }],
  ['a Deny is 403', returned({ ...allowed, policyDocument: policy(statement('Deny', '*')) }), { status: 403 }],
  ['no principal is 500', returned({ policyDocument: allowed.policyDocument }), { status: 500 }],
  ['nothing at all is 500', returned(null), { status: 500 }],
  ['a nested context value is 500', returned({ ...allowed, context: { a: { b: 1 } } }), { status: 500 }],
  ['more than 8 KB is 500', returned({ ...allowed, context: { a: 'x'.repeat(8192) } }), { status: 500 }],
  [
    'context values become texts',
    returned({ ...allowed, context: { exp: 1, admin: true } }),
    { context: { principalId: 'alice', integrationLatency: 7, exp: '1', admin: 'true' } },
  ],
])('%s', (_sentence, outcome, expected) => {
  expect(verdict(outcome, methodArn, 7)).toEqual(expected);
});
