import type { Deployment, Json, JsonObject, Resource } from '../types.ts';

export function tablesOf(deployment: Deployment): Resource[] {
  return [...deployment.ofType('AWS::DynamoDB::GlobalTable'), ...deployment.ofType('AWS::DynamoDB::Table')];
}

/** What CreateTable wants, from the properties of an AWS::DynamoDB::Table or ::GlobalTable. */
export function createTableInput(name: string, properties: JsonObject): JsonObject {
  const input: JsonObject = {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: properties.KeySchema ?? [],
    AttributeDefinitions: properties.AttributeDefinitions ?? [],
  };
  const indexes = properties.GlobalSecondaryIndexes;
  if (Array.isArray(indexes)) input.GlobalSecondaryIndexes = indexes.map(indexInput);
  const stream = properties.StreamSpecification;
  // A template has no StreamEnabled: that the specification is there says it.
  if (isObject(stream)) input.StreamSpecification = { ...stream, StreamEnabled: true };
  return input;
}

/** The names of the key's attributes, the partition key first. */
export function keySchemaOf(properties: JsonObject): string[] {
  const schema = Array.isArray(properties.KeySchema) ? properties.KeySchema.filter(isObject) : [];
  const inOrder = schema.toSorted((a, b) => String(a.KeyType).localeCompare(String(b.KeyType)));
  return inOrder.map(({ AttributeName }) => String(AttributeName));
}

/** The table's TTL attribute, if it has one in use. */
export function timeToLiveAttribute(properties: JsonObject): string | undefined {
  const specification = properties.TimeToLiveSpecification;
  if (!isObject(specification) || specification.Enabled !== true) return undefined;
  return typeof specification.AttributeName === 'string' ? specification.AttributeName : undefined;
}

function indexInput(index: Json): Json {
  if (!isObject(index)) return index;
  return {
    IndexName: index.IndexName ?? null,
    KeySchema: index.KeySchema ?? [],
    Projection: index.Projection ?? { ProjectionType: 'ALL' },
  };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
