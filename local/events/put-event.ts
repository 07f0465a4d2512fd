import type { Json } from '../types.ts';

/** One event as PutEvents takes it. */
export interface EventEntry {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  Resources?: string[];
  EventBusName?: string;
  /** Seconds since 1970. */
  Time?: number;
}

/** An event that reached its bus. */
export interface SentEvent {
  /** ISO 8601. */
  at: string;
  source: string;
  detailType: string;
  detail: Json;
}

export interface Refusal {
  ErrorCode: string;
  ErrorMessage: string;
}

/** As docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size counts. */
export function sizeOf({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: EventEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

/** What EventBridge refuses about one entry, in its words; the other entries are sent all the same. */
export function eventOf(entry: EventEntry, nowMs: number): SentEvent | Refusal {
  const { Source: source, DetailType: detailType, Detail, Time } = entry;
  if (!source) return missing('Source');
  if (source.startsWith('aws.')) return refusal('NotAuthorizedForSourceException', 'Not authorized for the source.');
  if (!detailType) return missing('DetailType');
  if (!Detail) return missing('Detail');
  const detail = objectIn(Detail);
  if (!detail) return refusal('MalformedDetail', 'Detail is malformed.');
  const at = new Date(Time === undefined ? nowMs : 1000 * Time).toISOString();
  return { at, source, detailType, detail };
}

export const isRefusal = (outcome: SentEvent | Refusal): outcome is Refusal => 'ErrorCode' in outcome;

function missing(name: string): Refusal {
  return refusal('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
}

function refusal(ErrorCode: string, ErrorMessage: string): Refusal {
  return { ErrorCode, ErrorMessage };
}

function objectIn(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
