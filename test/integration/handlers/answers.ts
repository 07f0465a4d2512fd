import type { Problem } from '../../../contract/errors.ts';
import type { HttpEvent, HttpResponse } from '../../../lambdas/edge/http-handler.ts';
import { answerIn, context, type HttpRequest, httpEvent } from '../../helpers/events.ts';

/** What a route answers, or its problem. */
interface Answered<Body> {
  status: number | undefined;
  body: Body & Partial<Problem>;
}

type HttpHandler = (event: HttpEvent, of: typeof context) => Promise<HttpResponse>;

/** Asks an exported handler as API Gateway does. The test says what the route answers with, and checks what it needs of it. */
export async function ask<Body>(
  handler: HttpHandler,
  routeKey: string,
  request?: HttpRequest,
): Promise<Answered<Body>> {
  const { status, body } = answerIn(await handler(httpEvent(routeKey, request), context));
  return { status, body: body as Answered<Body>['body'] };
}
