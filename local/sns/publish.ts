import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws/service.ts';
import type { Meter } from '../meter.ts';
import { invalid, type PushEndpoints, platformOf } from './push-endpoints.ts';
import type { PushPlatforms } from './push-platforms.ts';
import type { PushSink } from './push-sink.ts';
import { mapIn, textElement } from './query-protocol.ts';
import { smsParts } from './sms-parts.ts';

export interface Publishing {
  endpoints: PushEndpoints;
  platforms: PushPlatforms;
  sink: PushSink;
  meter: Meter;
}

const MAX_MESSAGE_BYTES = 256 * 1024;
const MAX_SMS_BYTES = 1600;

/** What FCM and APNs take, and what SNS says when a payload is larger. */
const MAX_PAYLOAD_BYTES = 4096;
const tooLarge = (platform: string) =>
  platform === 'GCM' ? 'Notification data is larger than allowed limit' : 'Notification is too long';

/** To one endpoint or one phone number. What SNS refuses is refused in its words; what it takes goes to the sink. */
export function publish(parts: Publishing, form: URLSearchParams): string {
  const message = form.get('Message') ?? '';
  if (message === '') throw refused('Empty message');
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) throw refused('Message too long');
  const payloads = form.get('MessageStructure') === 'json' ? payloadsIn(message) : undefined;
  const outgoing = { message, payloads, attributes: attributesIn(form) };
  const phoneNumber = form.get('PhoneNumber');
  if (phoneNumber === null) push(parts, form.get('TargetArn') ?? '', outgoing);
  else text(parts, phoneNumber, outgoing);
  return textElement('MessageId', randomUUID());
}

interface Outgoing {
  message: string;
  /** By platform, where the message has a structure. */
  payloads: Record<string, unknown> | undefined;
  attributes: Record<string, string>;
}

function push({ endpoints, platforms, sink, meter }: Publishing, target: string, outgoing: Outgoing): void {
  const { message, payloads, attributes } = outgoing;
  const endpoint = endpoints.find(target);
  if (!endpoint) throw invalid('TargetArn', 'No endpoint found for the target arn specified');
  const platform = platformOf(endpoint);
  if (!platforms.isEnabled(platform)) {
    throw new AwsError(400, 'PlatformApplicationDisabled', 'Platform application is disabled');
  }
  if (endpoint.enabled !== 'true') throw new AwsError(400, 'EndpointDisabled', 'Endpoint is disabled');
  const payload = payloads?.[platform];
  if (payload !== undefined) refusePayload(platform, String(payload));
  meter.publish();
  sink.add({ kind: 'push', target, deviceToken: endpoint.token, message, attributes });
}

function text({ sink, meter }: Publishing, target: string, { message, payloads, attributes }: Outgoing): void {
  if (!/^\+?\d{8,15}$/.test(target)) throw invalid('PhoneNumber', `${target} is not valid to publish to`);
  const words = String(payloads?.sms ?? payloads?.default ?? message);
  if (Buffer.byteLength(words) > MAX_SMS_BYTES) throw refused('Message too long');
  meter.sms(smsParts(words));
  sink.add({ kind: 'sms', target, message: words, attributes });
}

function refusePayload(platform: string, payload: string): void {
  const isFit = Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES;
  if (isFit && objectIn(payload)) return;
  const reason = isFit ? 'Notification is malformed' : tooLarge(platform);
  throw invalid('Message', `Invalid notification for protocol ${platform}: ${reason}`);
}

function payloadsIn(message: string): Record<string, unknown> {
  const payloads = objectIn(message);
  if (!payloads) throw refused('Message Structure - JSON message body failed to parse');
  if (typeof payloads.default === 'string') return payloads;
  throw refused('Message Structure - No default entry in JSON message body');
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function attributesIn(form: URLSearchParams): Record<string, string> {
  const attributes = mapIn(form, 'MessageAttributes.entry', 'Name', 'Value.StringValue');
  const empty = Object.keys(attributes).find((name) => attributes[name] === '');
  if (empty === undefined) return attributes;
  const reason = `The message attribute '${empty}' must contain non-empty message attribute value for message attribute type 'String'.`;
  throw new AwsError(400, 'ParameterValueInvalid', reason);
}

function refused(what: string): AwsError {
  return new AwsError(400, 'InvalidParameter', `Invalid parameter: ${what}`);
}
