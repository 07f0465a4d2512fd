import { gatewayRequestId } from '../gateway/gateway-id.ts';
import type { Connection } from './connection.ts';
import type { GatewayParts } from './frame-dispatch.ts';
import type { WebSocketApi } from './websocket-api.ts';
import { disconnectEvent } from './websocket-events.ts';

export interface Farewells {
  /** Runs `$disconnect` for a connection that has ended. */
  say(connection: Connection, close: { code: number; reason: string }): void;
  /** AWS promises `$disconnect` only as best effort; `false` keeps every one back. */
  deliver(deliver: boolean): void;
  /** Resolves when every `$disconnect` has run. */
  said(): Promise<void>;
}

export function createFarewells(api: WebSocketApi, { invoke, clock }: GatewayParts): Farewells {
  const running = new Set<Promise<unknown>>();
  const route = api.routes.get('$disconnect');
  let delivering = true;
  return {
    say: ({ facts }, close) => {
      if (!route || !delivering) return;
      const now = { requestId: gatewayRequestId(), at: clock.now() };
      const invocation = invoke(route.functionId, disconnectEvent(api, facts, now, close));
      running.add(invocation);
      void invocation.finally(() => running.delete(invocation));
    },
    deliver: (deliver) => {
      delivering = deliver;
    },
    said: async () => void (await Promise.allSettled(running)),
  };
}
