import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../helpers/client-local.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

let dataFolder: string;
let host: TestHost;

/** The host runs the template that it finds, as long as nothing that it was made of has changed. */
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'parley-grants-'));
  await (await startHost({ dataFolder })).stop();
  await withdraw('SendMessageFrameRole', 'dynamodb:PutItem');
  await withdraw('FanOutRole', 'execute-api:ManageConnections');
  host = await startHost({ dataFolder });
});
afterAll(async () => {
  await host.stop();
  await rm(dataFolder, { recursive: true, force: true });
});

test('a function without a grant fails, and the console names the function, the action and the resource', async () => {
  const alice = await given.user(host, 'alice');
  const conversation = await given.directConversation(alice, await given.absentUser(host, 'bob'));
  const reply = await when.triesByFrame(alice.socket, conversation, { text: 'hello' });
  expect(reply).toMatchObject({ ok: false, error: { code: 'INTERNAL', message: 'Something went wrong' } });
  expect(refusals('SendMessageFrame')).toContainEqual(
    expect.stringMatching(
      /not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:[^ ]+:table\/[^ ]+/,
    ),
  );
});

test('its neighbour, which has the grant, works; and a missing grant of fan-out is named too', async () => {
  const alice = await given.user(host, 'alice');
  const conversation = await given.directConversation(alice, await given.absentUser(host, 'bob'));
  await when.sendsByHttp(alice, conversation, 'hello');
  await then.historyIs(alice, conversation, ['hello']);
  const refused = await eventually('the refusal of fan-out', async () => refusals('FanOut')[0]);
  expect(refused).toMatch(/not authorized to perform: execute-api:ManageConnections on resource: arn:aws:execute-api:/);
});

/** Lines of the console that begin with the function's name. */
const refusals = (functionName: string): string[] =>
  host
    .output()
    .split('\n')
    .filter((line) => line.includes(functionName) && line.includes('AccessDenied'));

interface Template {
  Resources: Record<
    string,
    { Type: string; Properties: { PolicyDocument: { Statement: { Action: string | string[] }[] } } }
  >;
}

/** Takes an action out of the policy of a role, as somebody would who removed the grant from the CDK code. */
async function withdraw(role: string, action: string): Promise<void> {
  const file = join(dataFolder, 'cdk.out', 'Parley-local.template.json');
  const template: Template = JSON.parse(await readFile(file, 'utf8'));
  const policy = Object.entries(template.Resources).find(
    ([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.includes(`${role}DefaultPolicy`),
  )?.[1];
  if (!policy) throw new Error(`the template has no policy of ${role}`);
  const { PolicyDocument } = policy.Properties;
  if (!PolicyDocument.Statement.some((statement) => actionsOf(statement).includes(action)))
    throw new Error(`${role} has no grant of ${action} that could be taken away`);
  PolicyDocument.Statement = PolicyDocument.Statement.map((statement) => ({
    ...statement,
    Action: actionsOf(statement).filter((each) => each !== action),
  })).filter(({ Action }) => Action.length > 0);
  await writeFile(file, JSON.stringify(template));
}

const actionsOf = ({ Action }: { Action: string | string[] }): string[] => [Action].flat();
