type Headers = Record<string, string | undefined>;

/** The token of an `Authorization: Bearer …` header. HTTP header names come in any case on WebSocket APIs. */
export const tokenInHeader = (headers: Headers = {}): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1];

/** The only subprotocol that the server speaks. */
export const subprotocol = 'chat.v1';

/** The pair `chat.v1, bearer.<jwt>`: a browser can set no header on a WebSocket, and this keeps tokens out of URLs and logs. */
export const tokenInSubprotocol = (headers: Headers = {}): string | undefined =>
  offeredSubprotocols(headers)
    .find((offered) => offered.startsWith('bearer.'))
    ?.slice('bearer.'.length);

export const offersSubprotocol = (headers: Headers = {}): boolean => offeredSubprotocols(headers).includes(subprotocol);

export const headerOf = (headers: Headers, name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];

const offeredSubprotocols = (headers: Headers): string[] =>
  (headerOf(headers, 'sec-websocket-protocol') ?? '').split(',').map((offered) => offered.trim());
