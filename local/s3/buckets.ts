import { type CorsRules, preflightReply, withCors } from '../http/cors.ts';
import type { HttpReply } from '../http/http-reply.ts';
import type { Deployment, Json, JsonObject, Resource } from '../types.ts';
import type { Objects } from './objects.ts';

export interface Bucket {
  name: string;
  arn: string;
  cors: CorsRules;
  expirations: Expiration[];
}

/** What has the tag is deleted after so many days. */
interface Expiration {
  tag: string;
  days: number;
}

const DAY_MS = 24 * 3600 * 1000;

/** The buckets of the template. What is not played here, because nothing of it shows on one machine, stops the start. */
export function bucketsOf(deployment: Deployment): Map<string, Bucket> {
  return new Map(deployment.ofType('AWS::S3::Bucket').map((resource) => [resource.ref, bucketOf(resource)]));
}

function bucketOf({ ref: name, arn = '', logicalId, properties }: Resource): Bucket {
  if (field(properties.VersioningConfiguration, 'Status') !== 'Enabled') {
    throw new Error(`the local host plays buckets with versions alone, and ${logicalId} keeps none`);
  }
  const rules = list(field(properties.LifecycleConfiguration, 'Rules'));
  const [cors] = list(field(properties.CorsConfiguration, 'CorsRules'));
  return { name, arn, cors: corsOf(cors), expirations: rules.flatMap(expirationOf) };
}

function expirationOf(rule: JsonObject): Expiration[] {
  const [tag] = list(rule.TagFilters);
  if (!tag || rule.ExpirationInDays === undefined) return [];
  return [{ tag: `${tag.Key}=${tag.Value}`, days: Number(rule.ExpirationInDays) }];
}

function corsOf(rule: JsonObject | undefined): CorsRules {
  const texts = (name: string) => (Array.isArray(rule?.[name]) ? rule[name].map(String) : []);
  return {
    origins: texts('AllowedOrigins'),
    methods: texts('AllowedMethods'),
    headers: texts('AllowedHeaders'),
    exposed: texts('ExposedHeaders'),
    credentials: false,
    maxAgeSeconds: rule?.MaxAge === undefined ? undefined : Number(rule.MaxAge),
  };
}

/** By the host's clock, and before anybody looks: on AWS it may take until the next midnight, and longer. */
export function sweep({ name, expirations }: Bucket, objects: Objects, nowMs: number): void {
  for (const { tag, days } of expirations) objects.expire(name, tag, nowMs - days * DAY_MS);
}

/** S3 refuses the preflight of a method or an origin that no rule has. */
export function preflight({ cors }: Bucket, origin: string, method: string): HttpReply | undefined {
  const reply = preflightReply(cors, origin);
  const isAllowed = cors.methods.includes(method) && 'access-control-allow-origin' in reply.headers;
  return isAllowed ? { ...reply, status: 200 } : undefined;
}

export const shared = ({ cors }: Bucket, reply: HttpReply, origin: string | undefined): HttpReply =>
  withCors(reply, cors, origin);

function field(value: Json | undefined, name: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value[name] : undefined;
}

function list(value: Json | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => (item !== null && typeof item === 'object' && !Array.isArray(item) ? [item] : []));
}
