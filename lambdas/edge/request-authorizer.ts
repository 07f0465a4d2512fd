import middy from '@middy/core';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { ChatError } from '../domain/chat-error.ts';
import { tokenInHeader } from './bearer-token.ts';
import { logInvocation } from './log-invocation.ts';
import { contextOf } from './principal-context.ts';
import { untilKilled } from './until-killed.ts';
import type { VerifyToken } from './verify-token.ts';

type Verdict = APIGatewaySimpleAuthorizerWithContextResult<Record<string, string>>;

/**
 * The HTTP API's authorizer. API Gateway's own refusal has a body that no setting changes, so that a request that is refused is let
 * through with the reason in place of a principal, and the function behind answers it as the contract says: `httpHandler` asks for
 * a principal before anything else (docs/decisions/0002).
 */
export const requestAuthorizer = (verify: VerifyToken) =>
  middy<APIGatewayRequestAuthorizerEventV2, Verdict>(untilKilled)
    .use(logInvocation(() => 'request.authorize'))
    .use({
      onError: (request) => {
        if (!(request.error instanceof ChatError)) return;
        const { code, message } = request.error;
        request.response = { isAuthorized: true, context: { refusal: code, reason: message } };
      },
    })
    .handler(async ({ headers }) => {
      const principal = await verify(tokenInHeader(headers) ?? '');
      return { isAuthorized: true, context: contextOf(principal) };
    });
