/** A route key such as `GET /v1/conversations/{conversationId}`, taken apart. */
export interface RoutePattern {
  key: string;
  method: string;
  /** Absent in `$default`, which takes what no other route does. */
  segments?: string[];
}

export interface RouteMatch<Route> {
  route: Route;
  pathParameters: Record<string, string>;
}

export function routePattern(key: string): RoutePattern {
  if (key === '$default') return { key, method: 'ANY' };
  const [method = '', path = ''] = key.split(' ');
  return { key, method, segments: segmentsOf(path) };
}

/** The most specific route wins: fixed segments before parameters, a greedy one after them, `$default` last. */
export function matchRoute<Route extends RoutePattern>(
  routes: Route[],
  method: string,
  path: string,
): RouteMatch<Route> | undefined {
  const segments = segmentsOf(path);
  const matches = routes.flatMap((route) => {
    const pathParameters = parametersOf(route, method, segments);
    return pathParameters ? [{ route, pathParameters }] : [];
  });
  return matches.sort((left, right) => compare(rank(left.route), rank(right.route)))[0];
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1);
}

/** What the path says for the route's parameters; nothing when the route does not match. */
function parametersOf(route: RoutePattern, method: string, path: string[]): Record<string, string> | undefined {
  if (route.method !== 'ANY' && route.method !== method) return undefined;
  const { segments } = route;
  if (!segments) return {};
  const greedy = segments.at(-1)?.endsWith('+}') ? segments.length - 1 : undefined;
  if (greedy === undefined ? path.length !== segments.length : path.length <= greedy) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = index === greedy ? path.slice(index).join('/') : (path[index] ?? '');
    const name = parameterName(segment);
    if (name === undefined ? segment !== value : value === '') return undefined;
    if (name !== undefined) parameters[name] = value;
  }
  return parameters;
}

function parameterName(segment: string): string | undefined {
  return /^\{([^}+]+)\+?\}$/.exec(segment)?.[1];
}

/** Compared from left to right, lowest first. */
function rank({ method, segments }: RoutePattern): number[] {
  const anyMethod = method === 'ANY' ? 1 : 0;
  if (!segments) return [9];
  return [...segments.map((segment) => (segment.endsWith('+}') ? 2 : segment.startsWith('{') ? 1 : 0)), anyMethod];
}

function compare(left: number[], right: number[]): number {
  const index = left.findIndex((value, at) => value !== right[at]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}
