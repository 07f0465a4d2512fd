import { AwsError, type Need } from '../aws/service.ts';
import { ADMIN } from '../aws/signature.ts';
import type { Caller, Deployment, Json, Resource } from '../types.ts';
import { type Context, type Statement, statementsOf } from './policy.ts';

export interface Iam {
  /** Whether a worker may have this key at all. */
  knows(caller: Caller): boolean;
  /** Throws AWS's own AccessDenied sentence unless the function's role allows the action on every resource. */
  authorize(caller: Caller, need: Need): void;
  /** Whether a role that a service of AWS acts as allows this. */
  roleMay(roleArn: string, action: string, resource: string): boolean;
}

interface Principal {
  arn: string;
  statements: Statement[];
}

/** Managed by AWS, and about logs only, which the local host writes itself. */
const ABOUT_LOGS = 'service-role/AWSLambdaBasicExecutionRole';
const OVER_LOOPBACK: Context = { 'aws:SecureTransport': ['true'] };

/** Enforces the policies that the template gives to the functions' roles. */
export function createIam(deployment: Deployment): Iam {
  const principals = new Map(
    deployment.ofType('AWS::Lambda::Function').map((it) => [it.logicalId, principalOf(deployment, it)]),
  );

  function authorize(caller: Caller, { action, resources, context = {} }: Need): void {
    if (caller.functionId === ADMIN.functionId) return;
    const principal = principals.get(caller.functionId);
    if (!principal) throw new Error(`no function has the id ${caller.functionId}`);
    for (const resource of resources) {
      const request = { ...OVER_LOOPBACK, ...context };
      const decisive = principal.statements.filter((statement) => statement.covers(action, resource, request));
      const denied = decisive.some((statement) => !statement.allows);
      if (denied) throw refusal(principal, action, resource, 'with an explicit deny in an identity-based policy');
      if (decisive.length > 0) continue;
      throw refusal(principal, action, resource, `because no identity-based policy allows the ${action} action`);
    }
  }

  function roleMay(roleArn: string, action: string, resource: string): boolean {
    const role = deployment.ofType('AWS::IAM::Role').find(({ arn }) => arn === roleArn);
    const statements = role ? documentsOf(deployment, role).flatMap(statementsOf) : [];
    const decisive = statements.filter((statement) => statement.covers(action, resource, OVER_LOOPBACK));
    return decisive.length > 0 && decisive.every(({ allows }) => allows);
  }

  return {
    knows: (caller) => caller.functionId === ADMIN.functionId || principals.has(caller.functionId),
    authorize,
    roleMay,
  };
}

/** The sentence is AWS's: docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function refusal(principal: Principal, action: string, resource: string, why: string): AwsError {
  const message = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
  return new AwsError(400, 'AccessDeniedException', message);
}

function principalOf(deployment: Deployment, fn: Resource): Principal {
  const role = deployment.byArn(String(fn.properties.Role));
  return {
    arn: `arn:aws:sts::${deployment.accountId}:assumed-role/${role.ref}/${fn.ref}`,
    statements: documentsOf(deployment, role).flatMap(statementsOf),
  };
}

function documentsOf(deployment: Deployment, role: Resource): Json[] {
  const inline = list(role.properties.Policies).map((policy) => field(policy, 'PolicyDocument'));
  const attached = [...deployment.ofType('AWS::IAM::Policy'), ...deployment.ofType('AWS::IAM::ManagedPolicy')]
    .filter((policy) => list(policy.properties.Roles).includes(role.ref))
    .map((policy) => policy.properties.PolicyDocument ?? null);
  const managed = list(role.properties.ManagedPolicyArns).map((arn) => managedDocument(deployment, String(arn)));
  return [...inline, ...attached, ...managed];
}

function managedDocument(deployment: Deployment, arn: string): Json {
  if (arn.endsWith(ABOUT_LOGS)) return null;
  const own = deployment.ofType('AWS::IAM::ManagedPolicy').find((policy) => policy.ref === arn);
  if (own) return own.properties.PolicyDocument ?? null;
  throw new Error(`the local host does not know the managed policy ${arn}; grant what it needs in the app itself`);
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function field(value: Json, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return value[name] ?? null;
}
