import { randomUUID } from 'node:crypto';
import { type AwsCall, AwsError, type AwsRequest, type AwsService } from '../aws/service.ts';
import type { Meter } from '../meter.ts';
import { invalid, type PushEndpoint, type PushEndpoints } from './push-endpoints.ts';
import type { PushSink } from './push-sink.ts';
import { element, errorReply, mapIn, resultReply, textElement } from './query-protocol.ts';

interface Parts {
  endpoints: PushEndpoints;
  sink: PushSink;
  meter: Meter;
}

interface Operation {
  /** The parameter that holds what IAM is asked about. */
  resource: string;
  /** Gives the content of the result element. */
  perform(parts: Parts, form: URLSearchParams): string;
}

const operations: Record<string, Operation> = {
  CreatePlatformEndpoint: { resource: 'PlatformApplicationArn', perform: createEndpoint },
  SetEndpointAttributes: { resource: 'EndpointArn', perform: changeEndpoint },
  GetEndpointAttributes: { resource: 'EndpointArn', perform: describeEndpoint },
  DeleteEndpoint: { resource: 'EndpointArn', perform: deleteEndpoint },
  Publish: { resource: 'TargetArn', perform: publish },
};

/** SNS for mobile push: endpoints are kept, and what is published goes to the sink. Any platform application is there. */
export function createSnsService(parts: Parts): AwsService {
  function understand(request: AwsRequest): AwsCall {
    const form = new URLSearchParams(request.body.toString());
    const operation = form.get('Action') ?? '';
    const known = operations[operation];
    if (!known) throw new AwsError(400, 'InvalidAction', `the local host does not know sns:${operation}`);
    return {
      operation,
      needs: [{ action: `SNS:${operation}`, resources: [form.get(known.resource) ?? '*'] }],
      perform: async () => resultReply(operation, known.perform(parts, form)),
    };
  }
  return { understand, refuse: errorReply };
}

function createEndpoint({ endpoints }: Parts, form: URLSearchParams): string {
  const application = form.get('PlatformApplicationArn') ?? '';
  if (!application.includes(':app/')) throw invalid('PlatformApplicationArn', 'Not a platform application');
  const userData = form.get('CustomUserData');
  const wanted = { token: form.get('Token') ?? '', ...(userData !== null && { userData }), ...wantedOf(form) };
  return textElement('EndpointArn', endpoints.create(application, wanted));
}

function changeEndpoint({ endpoints }: Parts, form: URLSearchParams): string {
  endpoints.change(form.get('EndpointArn') ?? '', wantedOf(form));
  return '';
}

function describeEndpoint({ endpoints }: Parts, form: URLSearchParams): string {
  const endpoint = endpoints.find(form.get('EndpointArn') ?? '');
  if (!endpoint) throw new AwsError(404, 'NotFound', 'Endpoint does not exist');
  const { enabled, token, userData } = endpoint;
  const entries = Object.entries({ Enabled: enabled, Token: token, CustomUserData: userData });
  return element('Attributes', ...entries.map(([key, value]) => entryElement(key, value)));
}

function deleteEndpoint({ endpoints }: Parts, form: URLSearchParams): string {
  endpoints.remove(form.get('EndpointArn') ?? '');
  return '';
}

function publish({ endpoints, sink, meter }: Parts, form: URLSearchParams): string {
  const target = form.get('TargetArn') ?? form.get('PhoneNumber') ?? '';
  const message = form.get('Message') ?? '';
  if (form.get('MessageStructure') === 'json') refuseUnstructured(message);
  if (form.has('TargetArn')) refuseUnreachable(endpoints.find(target));
  meter.publish();
  sink.add({ target, message, attributes: mapIn(form, 'MessageAttributes.entry', 'Name', 'Value.StringValue') });
  return textElement('MessageId', randomUUID());
}

function refuseUnreachable(endpoint: PushEndpoint | undefined): void {
  if (!endpoint) throw invalid('TargetArn', 'No endpoint found for the target arn specified');
  if (endpoint.enabled !== 'true') throw new AwsError(400, 'EndpointDisabled', 'Endpoint is disabled');
}

function refuseUnstructured(message: string): void {
  try {
    if (typeof JSON.parse(message).default === 'string') return;
  } catch {
    throw invalid('Message Structure', 'JSON message body failed to parse');
  }
  throw invalid('Message Structure', 'No default entry in JSON message body');
}

function wantedOf(form: URLSearchParams): Partial<Omit<PushEndpoint, 'arn'>> {
  const { Token, CustomUserData, Enabled } = mapIn(form, 'Attributes.entry', 'key', 'value');
  return {
    ...(Token !== undefined && { token: Token }),
    ...(CustomUserData !== undefined && { userData: CustomUserData }),
    ...(Enabled !== undefined && { enabled: Enabled.toLowerCase() }),
  };
}

function entryElement(key: string, value: string): string {
  return element('entry', textElement('key', key), textElement('value', value));
}
