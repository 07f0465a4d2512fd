import { deploymentOf } from '../../../local/template.ts';
import type { Deployment, Json, JsonObject } from '../../../local/types.ts';

/** A deployment with one function, `Worker`, whose role allows what the statements say, and more resources. */
export function deploymentAllowing(statements: Json[], more: Record<string, JsonObject> = {}): Deployment {
  const resources = {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: { Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }] },
    },
    Worker: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  };
  const typed = Object.entries(more).map(([id, { Type, ...rest }]) => [id, { Type: String(Type), ...rest }]);
  const Resources = { ...resources, ...Object.fromEntries(typed) };
  return deploymentOf({ Resources }, { stackName: 'Test', region: 'us-east-1', accountId: '000000000000' });
}
