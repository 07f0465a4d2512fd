import { type AwsCall, AwsError, type AwsRequest, type AwsService } from '../aws/service.ts';
import { type Publishing, publish } from './publish.ts';
import { invalid, type PushEndpoint } from './push-endpoints.ts';
import { element, errorReply, mapIn, resultReply, textElement } from './query-protocol.ts';

interface Operation {
  /** The parameters of which one holds what IAM is asked about. */
  resources: string[];
  /** Gives the content of the result element. */
  perform(parts: Publishing, form: URLSearchParams): string;
}

const operations: Record<string, Operation> = {
  CreatePlatformEndpoint: { resources: ['PlatformApplicationArn'], perform: createEndpoint },
  SetEndpointAttributes: { resources: ['EndpointArn'], perform: changeEndpoint },
  GetEndpointAttributes: { resources: ['EndpointArn'], perform: describeEndpoint },
  DeleteEndpoint: { resources: ['EndpointArn'], perform: deleteEndpoint },
  // AWS asks about a phone number as such: no ARN in a policy is like it, and only `*` allows it.
  Publish: { resources: ['TargetArn', 'PhoneNumber'], perform: publish },
};

/** SNS for pushes and texts: endpoints are kept, and what is published goes to the sink. Any platform application is there. */
export function createSnsService(parts: Publishing): AwsService {
  function understand(request: AwsRequest): AwsCall {
    const form = new URLSearchParams(request.body.toString());
    const operation = form.get('Action') ?? '';
    const known = operations[operation];
    if (!known) throw new AwsError(400, 'InvalidAction', `the local host does not know sns:${operation}`);
    const resource = known.resources.map((name) => form.get(name)).find((value) => value !== null) ?? '*';
    return {
      operation,
      needs: [{ action: `SNS:${operation}`, resources: [resource] }],
      perform: async () => resultReply(operation, known.perform(parts, form)),
    };
  }
  return { understand, refuse: errorReply };
}

function createEndpoint({ endpoints }: Publishing, form: URLSearchParams): string {
  const application = form.get('PlatformApplicationArn') ?? '';
  if (!application.includes(':app/')) throw invalid('PlatformApplicationArn', 'Not a platform application');
  const userData = form.get('CustomUserData');
  const wanted = { token: form.get('Token') ?? '', ...(userData !== null && { userData }), ...wantedOf(form) };
  return textElement('EndpointArn', endpoints.create(application, wanted));
}

function changeEndpoint({ endpoints }: Publishing, form: URLSearchParams): string {
  endpoints.change(form.get('EndpointArn') ?? '', wantedOf(form));
  return '';
}

function describeEndpoint({ endpoints }: Publishing, form: URLSearchParams): string {
  const endpoint = endpoints.find(form.get('EndpointArn') ?? '');
  if (!endpoint) throw new AwsError(404, 'NotFound', 'Endpoint does not exist');
  const { enabled, token, userData } = endpoint;
  const entries = Object.entries({ Enabled: enabled, Token: token, CustomUserData: userData });
  return element('Attributes', ...entries.map(([key, value]) => entryElement(key, value)));
}

function deleteEndpoint({ endpoints }: Publishing, form: URLSearchParams): string {
  endpoints.remove(form.get('EndpointArn') ?? '');
  return '';
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
