/** The route key that a frame asks for. What isn't JSON, or doesn't say, goes to `$default`. */
export function routeKeyOf(body: string, path: string[]): string {
  let value: unknown = parse(body);
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  const routeKey = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  // A client may not pretend to connect or disconnect.
  return routeKey === '' || routeKey.startsWith('$') ? '$default' : routeKey;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The frame by which API Gateway itself says that a route failed; the space after the first colon is AWS's. */
export function gatewayErrorFrame(message: string, connectionId: string, requestId: string): string {
  return `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
}
