import type { Problem } from '../../contract/errors.ts';

/** An answer of the HTTP API. */
export interface HttpAnswer<Body = unknown> {
  status: number;
  contentType: string;
  body: Body;
}

export interface HttpCall {
  method?: string;
  /** Sent as JSON, unless it is text already. */
  body?: unknown;
  /** The whole Authorization header, where it is not `Bearer <token>`. */
  authorization?: string | undefined;
}

/** Calls a route as any client would: no code of ours but the types. */
export async function callHttp<Body = unknown>(url: string, { method = 'GET', body, authorization }: HttpCall) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer: HttpAnswer<Body> = {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: text === '' ? undefined : JSON.parse(text),
  };
  return answer;
}

/** The body of an answer that must be good, or what the server had against it. */
export function bodyOf<Body>({ status, body }: HttpAnswer<Body>): Body {
  if (status >= 200 && status < 300) return body;
  const { code, detail } = body as Partial<Problem>;
  throw new Error(`${status} ${code}: ${detail}`);
}
