import {
  ApiGatewayManagementApiClient,
  GoneException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { PostOutcome, Sockets } from '../app/ports.ts';
import { clientDefaults } from '../runtime/aws.ts';
import { tally } from '../runtime/tally.ts';

/**
 * Posts to connections by API Gateway's management endpoint. One attempt: a 429 also means that the client's own buffer is
 * full, so that waiting for it would let one slow phone hold up everybody else's events.
 */
export function sockets(endpoint: string): Sockets {
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    ...clientDefaults({ requestTimeout: 1_000, maxAttempts: 1 }),
  });
  return {
    async post(connectionId, frame) {
      tally.add('posts');
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
        return 'delivered';
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

function outcomeOf(error: unknown): PostOutcome {
  if (error instanceof GoneException) return 'gone';
  if (error instanceof PayloadTooLargeException || hasName(error, 'BadRequestException')) return 'lost';
  // No grant or a wrong endpoint: no connection's fault, and only a person can mend it.
  if (hasName(error, 'ForbiddenException') || hasName(error, 'AccessDeniedException')) throw error;
  return 'later';
}

const hasName = (error: unknown, name: string) => error instanceof Error && error.name === name;
