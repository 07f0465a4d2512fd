import type { InvocationOutcome, Json, JsonObject } from '../types.ts';

export interface HttpReply {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer;
}

export function messageReply(status: number, message: string): HttpReply {
  return jsonReply(status, { message });
}

export function jsonReply(status: number, body: Json): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** What the client gets for what a function returned, after payload format 2.0. */
export function replyOf(outcome: InvocationOutcome): HttpReply {
  if (!outcome.ok) return messageReply(500, 'Internal Server Error');
  const { payload } = outcome;
  if (!isObject(payload) || payload.statusCode === undefined) return inferredReply(payload);
  const status = Number(payload.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return messageReply(500, 'Internal Server Error');
  const body = typeof payload.body === 'string' ? payload.body : '';
  return {
    status,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...headersOf(payload.headers) },
    cookies: Array.isArray(payload.cookies) ? payload.cookies.map(String) : [],
    body: Buffer.from(body, payload.isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** Without a `statusCode`, the whole return value is the body of a 200. */
function inferredReply(payload: Json | undefined): HttpReply {
  const reply = jsonReply(200, payload ?? null);
  return typeof payload === 'string' ? { ...reply, body: Buffer.from(payload) } : reply;
}

function headersOf(headers: Json | undefined): Record<string, string> {
  if (!isObject(headers)) return {};
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
