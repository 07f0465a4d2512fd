import { type HostRequest, startHost, type TestHost, type TokenOptions } from './host.ts';

/** Where the clients of a test go. */
export interface ChatTarget {
  /** Without `/v1`. */
  httpUrl: string;
  webSocketUrl: string;
  token(userId: string, options?: TokenOptions): Promise<string>;
}

export interface OpenTarget extends ChatTarget {
  close(): Promise<unknown>;
}

/**
 * A local host of its own; or the stage that CHAT_URL (`https://…`), CHAT_WEBSOCKET_URL (`wss://…`) and CHAT_TOKEN_URL name. The last
 * answers `{ token }` to a POST of `{ userId, expiresInSeconds? }`, as `/_local/token` does.
 */
export async function openTarget(request?: HostRequest): Promise<OpenTarget> {
  const { CHAT_URL, CHAT_WEBSOCKET_URL, CHAT_TOKEN_URL } = process.env;
  if (CHAT_URL && CHAT_WEBSOCKET_URL && CHAT_TOKEN_URL) return deployed(CHAT_URL, CHAT_WEBSOCKET_URL, CHAT_TOKEN_URL);
  const host = await startHost(request);
  return { ...host, close: () => ended(host) };
}

const deployed = (httpUrl: string, webSocketUrl: string, tokenUrl: string): OpenTarget => ({
  httpUrl,
  webSocketUrl,
  async token(userId, options) {
    const response = await fetch(tokenUrl, { method: 'POST', body: JSON.stringify({ userId, ...options }) });
    const answer = (await response.json()) as { token: string };
    return answer.token;
  },
  close: async () => undefined,
});

/** A host that does not end well fails the tests that it served. */
async function ended(host: TestHost): Promise<void> {
  const status = await host.stop();
  if (status !== 0) throw new Error(`the host ended with ${status}: ${host.output()}`);
}
