import { readFile } from 'node:fs/promises';
import { noValue, resolve, type Scope } from './intrinsics.ts';
import { attributeOf, ignoredTypes, kindOf, type Place } from './resources.ts';
import type { Deployment, Json, JsonObject, Resource } from './types.ts';

export interface Template {
  Parameters?: Record<string, { Default?: Json }>;
  Resources?: Record<string, TemplateResource>;
}

interface TemplateResource {
  Type: string;
  Properties?: JsonObject;
  Metadata?: JsonObject;
}

export interface Target {
  stackName: string;
  region: string;
  accountId: string;
}

export async function loadTemplate(file: string, target: Target): Promise<Deployment> {
  return deploymentOf(JSON.parse(await readFile(file, 'utf8')), target);
}

/** The template as if it had been deployed to this account and region. */
export function deploymentOf(template: Template, target: Target): Deployment {
  const declared = new Map(Object.entries(template.Resources ?? {}).filter(([, { Type }]) => !ignoredTypes.has(Type)));
  const scope = scopeOf(declared, template.Parameters ?? {}, target);
  const resources = new Map<string, Resource>();
  for (const [logicalId, resource] of declared) {
    resources.set(logicalId, resourceOf(resource, placeOf(logicalId, resource, target), scope));
  }
  return {
    region: target.region,
    accountId: target.accountId,
    resources,
    ofType: (type) => [...resources.values()].filter((resource) => resource.type === type),
    byArn: (arn) => byArn(resources, arn),
  };
}

function scopeOf(
  declared: Map<string, TemplateResource>,
  parameters: Record<string, { Default?: Json }>,
  target: Target,
): Scope {
  const find = (logicalId: string) => {
    const resource = declared.get(logicalId);
    if (resource) return { type: resource.Type, place: placeOf(logicalId, resource, target) };
    throw new Error(`the template refers to ${logicalId}, which it does not have`);
  };
  return {
    ref: (name) => {
      if (name.startsWith('AWS::')) return pseudoParameter(name, target);
      const parameter = parameters[name];
      if (parameter) return defaultOf(name, parameter);
      const { type, place } = find(name);
      return kindOf(type, name).ref(place);
    },
    attribute: (logicalId, attribute) => {
      const { type, place } = find(logicalId);
      return attributeOf(type, place, attribute);
    },
  };
}

function pseudoParameter(name: string, target: Target): Json {
  const values: Record<string, Json> = {
    'AWS::AccountId': target.accountId,
    'AWS::NoValue': noValue,
    'AWS::Partition': 'aws',
    'AWS::Region': target.region,
    'AWS::StackId': `arn:aws:cloudformation:${target.region}:${target.accountId}:stack/${target.stackName}/local`,
    'AWS::StackName': target.stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const value = values[name];
  if (value !== undefined) return value;
  throw new Error(`the local host does not know the pseudo parameter ${name}`);
}

function defaultOf(name: string, parameter: { Default?: Json }): Json {
  if (parameter.Default !== undefined) return parameter.Default;
  throw new Error(`the template's parameter ${name} has no default, and the local host has no value for it`);
}

function placeOf(logicalId: string, resource: TemplateResource, target: Target): Place {
  return { ...target, logicalId, properties: resource.Properties ?? {} };
}

function resourceOf(resource: TemplateResource, place: Place, scope: Scope): Resource {
  const { logicalId } = place;
  const kind = kindOf(resource.Type, logicalId);
  const arn = kind.attributes?.Arn?.(place);
  return {
    logicalId,
    name: nameOf(logicalId, resource),
    type: resource.Type,
    properties: resolveProperties(place, scope),
    ref: kind.ref(place),
    ...(typeof arn === 'string' && { arn }),
  };
}

function resolveProperties(place: Place, scope: Scope): JsonObject {
  const resolved: JsonObject = {};
  for (const [property, value] of Object.entries(place.properties)) {
    try {
      const result = resolve(value, scope);
      if (result !== noValue) resolved[property] = result;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`unable to read ${place.logicalId}.${property} of the template; ${reason}`);
    }
  }
  return resolved;
}

/** The construct's id, from the path that CDK notes down; else the logical id without its hash. */
function nameOf(logicalId: string, resource: TemplateResource): string {
  const path = resource.Metadata?.['aws:cdk:path'];
  const own = typeof path === 'string' ? path.split('/').filter((id) => id !== 'Resource' && id !== 'Default') : [];
  return own.length > 1 ? (own.at(-1) ?? logicalId) : logicalId.replace(/[0-9A-F]{8}$/, '');
}

function byArn(resources: Map<string, Resource>, arn: string): Resource {
  const found = [...resources.values()].find((resource) => arn === resource.arn || isStreamOf(resource, arn));
  if (found) return found;
  throw new Error(`the template has no resource with the ARN ${arn}`);
}

function isStreamOf(resource: Resource, arn: string): boolean {
  return resource.arn !== undefined && arn.startsWith(`${resource.arn}/stream/`);
}
