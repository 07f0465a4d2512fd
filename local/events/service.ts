import { randomUUID } from 'node:crypto';
import {
  type AwsCall,
  AwsError,
  type AwsReply,
  type AwsRequest,
  type AwsService,
  playedFault,
  targetOf,
} from '../aws/service.ts';
import type { KeptList } from '../kept-list.ts';
import type { Meter } from '../meter.ts';
import type { Clock, Deployment } from '../types.ts';
import { type EventEntry, eventOf, isRefusal, type Refusal, type SentEvent, sizeOf } from './put-event.ts';

interface Parts {
  deployment: Deployment;
  sent: KeptList<SentEvent>;
  clock: Clock;
  meter: Meter;
}

const MAX_ENTRIES = 10;

/** Of a whole request: 256 KB until January 2026. */
const MAX_BYTES = 1024 * 1024;

/** EventBridge's PutEvents: what reaches a bus of the template is kept. Rules and their targets are the deployer's. */
export function createEventsService(parts: Parts): AwsService {
  const { region, accountId } = parts.deployment;
  const arnOf = ({ EventBusName: bus = 'default' }: EventEntry) =>
    bus.startsWith('arn:') ? bus : `arn:aws:events:${region}:${accountId}:event-bus/${bus}`;
  const buses = new Set([arnOf({}), ...parts.deployment.ofType('AWS::Events::EventBus').map(({ arn }) => arn)]);

  function put(entry: EventEntry) {
    const outcome = eventOf(entry, parts.clock.now());
    if (isRefusal(outcome)) return outcome;
    parts.meter.event(sizeOf(entry));
    // AWS takes an event for a bus that does not exist, and loses it: github.com/aws/aws-sdk/issues/186.
    if (buses.has(arnOf(entry))) parts.sent.add(outcome);
    return { EventId: randomUUID() };
  }

  function understand(request: AwsRequest): AwsCall {
    const operation = targetOf(request);
    if (operation !== 'PutEvents') throw invalid(`the local host does not know events:${operation}`);
    const { Entries: entries = [] }: { Entries?: EventEntry[] } = JSON.parse(request.body.toString());
    refuseUnfit(entries);
    const resources = [...new Set(entries.map(arnOf))];
    return {
      operation,
      needs: [{ action: 'events:PutEvents', resources }],
      async perform(_caller, fate) {
        const spoiled = fate === 'partial' ? 0 : undefined;
        const Entries = entries.map((entry, index) => (index === spoiled ? internalFailure : put(entry)));
        return reply(200, { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries });
      },
    };
  }

  return { understand, refuse };
}

const internalFailure: Refusal = { ErrorCode: 'InternalFailure', ErrorMessage: playedFault };

function refuseUnfit(entries: EventEntry[]): void {
  if (entries.length === 0 || entries.length > MAX_ENTRIES) {
    throw invalid(`Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10`);
  }
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > MAX_BYTES) throw invalid('Total size of the entries in the request is over the limit.');
}

function invalid(message: string): AwsError {
  return new AwsError(400, 'ValidationException', message);
}

function refuse({ status, code, message }: AwsError): AwsReply {
  return reply(status, { __type: code, message });
}

/** EventBridge speaks JSON 1.1. */
function reply(status: number, body: unknown): AwsReply {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}
