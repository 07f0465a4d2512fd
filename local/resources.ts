import { createHash } from 'node:crypto';
import type { Json, JsonObject } from './types.ts';

/** Where and as what a resource lives; its properties still hold intrinsics. */
export interface Place {
  region: string;
  accountId: string;
  stackName: string;
  logicalId: string;
  properties: JsonObject;
}

interface Kind {
  ref(place: Place): string;
  attributes?: Record<string, (place: Place) => Json>;
}

/**
 * Every resource type that the app may use: what `Ref` and `Fn::GetAtt` give. Names are derived from logical ids,
 * so that data written before a restart is found after it.
 */
const kinds: Record<string, Kind> = {
  'AWS::ApiGatewayV2::Api': { ref: gatewayId, attributes: { ApiEndpoint: apiEndpoint, ApiId: gatewayId } },
  'AWS::ApiGatewayV2::Authorizer': { ref: gatewayId },
  'AWS::ApiGatewayV2::Integration': { ref: gatewayId },
  'AWS::ApiGatewayV2::Route': { ref: gatewayId },
  'AWS::ApiGatewayV2::RouteResponse': { ref: gatewayId },
  'AWS::ApiGatewayV2::Stage': { ref: stageName },
  // Nothing measures here, so that no alarm ever rings.
  'AWS::CloudWatch::Alarm': named(arn('cloudwatch', (place) => `alarm:${physicalName(place)}`)),
  'AWS::DynamoDB::GlobalTable': table(),
  'AWS::DynamoDB::Table': table(),
  'AWS::Events::EventBus': {
    ref: physicalName,
    attributes: { Arn: arn('events', (place) => `event-bus/${physicalName(place)}`), Name: physicalName },
  },
  'AWS::IAM::ManagedPolicy': { ref: arn('iam', (place) => `policy/${physicalName(place)}`) },
  'AWS::IAM::Policy': { ref: physicalName },
  'AWS::IAM::Role': named(arn('iam', (place) => `role/${physicalName(place)}`)),
  'AWS::Lambda::EventSourceMapping': { ref: physicalName },
  'AWS::Lambda::Function': named(arn('lambda', (place) => `function:${physicalName(place)}`)),
  'AWS::Lambda::Permission': { ref: physicalName },
  'AWS::Logs::LogGroup': named(arn('logs', (place) => `log-group:${physicalName(place)}:*`)),
  'AWS::S3::Bucket': {
    ref: bucketName,
    attributes: {
      Arn: (place) => `arn:aws:s3:::${bucketName(place)}`,
      RegionalDomainName: (place) => `${bucketName(place)}.s3.${place.region}.amazonaws.com`,
    },
  },
  // It asks for TLS alone, which nothing on the loopback has.
  'AWS::S3::BucketPolicy': { ref: physicalName },
  'AWS::Scheduler::ScheduleGroup': named(arn('scheduler', (place) => `schedule-group/${physicalName(place)}`)),
  'AWS::SQS::Queue': {
    ref: queueUrl,
    attributes: { Arn: arn('sqs', queueName), QueueName: queueName, QueueUrl: queueUrl },
  },
  'AWS::SQS::QueuePolicy': { ref: physicalName },
};

/** Describes the account to CloudFormation, not the app: nothing refers to it. */
export const ignoredTypes = new Set(['AWS::CDK::Metadata']);

export function kindOf(type: string, logicalId: string): Kind {
  const kind = kinds[type];
  if (kind) return kind;
  throw new Error(
    `the local host does not know the resource type ${type} (${logicalId}); add it to local/resources.ts or remove it from the app`,
  );
}

export function attributeOf(type: string, place: Place, attribute: string): Json {
  const value = kindOf(type, place.logicalId).attributes?.[attribute];
  if (value) return value(place);
  throw new Error(`the local host does not know the attribute ${attribute} of ${type} (${place.logicalId})`);
}

/** Names given in the app are kept; names that AWS would invent are the logical id's, so that they stay the same. */
function physicalName(place: Place): string {
  const given = ['AlarmName', 'FunctionName', 'TableName', 'QueueName', 'LogGroupName', 'RoleName', 'Name']
    .map((property) => place.properties[property])
    .find((name) => typeof name === 'string');
  return given ?? `${place.stackName}-${place.logicalId}`;
}

function arn(service: string, resource: (place: Place) => string): (place: Place) => string {
  return (place) => {
    const region = service === 'iam' ? '' : place.region;
    return `arn:aws:${service}:${region}:${place.accountId}:${resource(place)}`;
  };
}

function named(arnOf: (place: Place) => string): Kind {
  return { ref: physicalName, attributes: { Arn: arnOf } };
}

function table(): Kind {
  const tableArn = arn('dynamodb', (place) => `table/${physicalName(place)}`);
  // AWS puts the stream's creation time here; any label that stays the same will do.
  const streamArn = (place: Place) => `${tableArn(place)}/stream/2026-01-01T00:00:00.000`;
  return { ref: physicalName, attributes: { Arn: tableArn, StreamArn: streamArn } };
}

function queueUrl(place: Place): string {
  return `https://sqs.${place.region}.amazonaws.com/${place.accountId}/${queueName(place)}`;
}

function queueName(place: Place): string {
  const name = physicalName(place);
  const isFifo = place.properties.FifoQueue === true;
  if (isFifo === name.endsWith('.fifo')) return name;
  if (isFifo && place.properties.QueueName === undefined) return `${name}.fifo`;
  throw new Error(`the name of the queue ${place.logicalId} must end in .fifo if it is a FIFO queue, and only then`);
}

/** Buckets have names without capitals. */
function bucketName(place: Place): string {
  return physicalName(place).toLowerCase();
}

/** Ten lower-case characters, as API Gateway's ids are. */
function gatewayId(place: Place): string {
  const digest = createHash('sha256').update(place.logicalId).digest('hex');
  return BigInt(`0x${digest.slice(0, 16)}`)
    .toString(36)
    .padStart(10, '0')
    .slice(0, 10);
}

function apiEndpoint(place: Place): string {
  const scheme = place.properties.ProtocolType === 'WEBSOCKET' ? 'wss' : 'https';
  return `${scheme}://${gatewayId(place)}.execute-api.${place.region}.amazonaws.com`;
}

function stageName(place: Place): string {
  return typeof place.properties.StageName === 'string' ? place.properties.StageName : '$default';
}
