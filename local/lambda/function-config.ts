import { join } from 'node:path';
import type { Deployment, Json, Resource } from '../types.ts';

/** A function of the template, ready to be started. */
export interface FunctionConfig {
  /** The logical id of its resource. */
  id: string;
  name: string;
  arn: string;
  functionName: string;
  /** The folder of its code. */
  codeFolder: string;
  /** For example `index.handler`. */
  handler: string;
  environment: Record<string, string>;
  timeoutMs: number;
  memoryMb: number;
  /** How many may run at the same time, where the template limits it. */
  reservedConcurrency?: number;
}

/** Where the functions find what on AWS has a public address. */
export interface Origins {
  region: string;
  /** Every SDK client's endpoint. */
  awsEndpoint: string;
  /** Stands for the identity provider of the stage `local`. */
  identity: string;
  /** The folder of all buckets, for clients and functions alike. */
  buckets: string;
}

/** The issuer's origin in the stage `local`; nothing answers there but the local host in its place. */
const identityOrigin = 'https://identity.parley.local';

export function functionsOf(deployment: Deployment, assembly: string, origins: Origins): FunctionConfig[] {
  return deployment.ofType('AWS::Lambda::Function').map((resource) => functionConfig(resource, assembly, origins));
}

function functionConfig(resource: Resource, assembly: string, origins: Origins): FunctionConfig {
  const { properties } = resource;
  const reserved = properties.ReservedConcurrentExecutions;
  const config = {
    id: resource.logicalId,
    name: resource.name,
    arn: resource.arn ?? '',
    functionName: resource.ref,
    codeFolder: join(assembly, codeFolder(resource)),
    handler: String(properties.Handler ?? 'index.handler'),
    timeoutMs: Number(properties.Timeout ?? 3) * 1000,
    memoryMb: Number(properties.MemorySize ?? 128),
    ...(typeof reserved === 'number' && { reservedConcurrency: reserved }),
  };
  return { ...config, environment: { ...lambdaVariables(config, origins), ...ownVariables(resource, origins) } };
}

/** CDK uploads the folder `asset.<hash>` as `<hash>.zip`. */
function codeFolder(resource: Resource): string {
  const key = objectOf(resource.properties.Code).S3Key;
  if (typeof key === 'string' && key.endsWith('.zip')) return `asset.${key.slice(0, -'.zip'.length)}`;
  throw new Error(`the local host runs only code from an asset folder, and ${resource.name} has none`);
}

/** What the Lambda service sets by itself. The key id tells the local AWS endpoint whose role a call is made with. */
function lambdaVariables(
  config: { id: string; functionName: string; handler: string; memoryMb: number },
  origins: Origins,
): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: `local-${config.id}`,
    AWS_DEFAULT_REGION: origins.region,
    AWS_ENDPOINT_URL: origins.awsEndpoint,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: config.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.functionName}`,
    AWS_REGION: origins.region,
    AWS_SECRET_ACCESS_KEY: 'local',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: config.handler,
  };
}

function ownVariables(resource: Resource, origins: Origins): Record<string, string> {
  const variables = Object.entries(objectOf(objectOf(resource.properties.Environment).Variables));
  return Object.fromEntries(variables.map(([name, value]) => [name, redirect(name, String(value), origins)]));
}

/** Public addresses of the deployed stage become those of this machine. */
function redirect(name: string, value: string, origins: Origins): string {
  if (name === 'JWKS_URL') return value.replace(identityOrigin, origins.identity);
  if (name === 'BUCKET_URL')
    return value.replace(/^https:\/\/(.+)\.s3\.[\w-]+\.amazonaws\.com$/, `${origins.buckets}/$1`);
  // The SDK takes a queue's host from its URL, and not from AWS_ENDPOINT_URL; what is signed by hand knows no such variable.
  return value.replace(
    /https:\/\/(?:\w+\.execute-api|sqs|events|scheduler)\.[\w-]+\.amazonaws\.com(\.cn)?/g,
    origins.awsEndpoint,
  );
}

function objectOf(value: Json | undefined): Record<string, Json> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}
