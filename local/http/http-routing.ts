/** A route key such as `GET /v1/conversations/{conversationId}`, taken apart. */
export interface RoutePattern {
  key: string;
  method: string;
  /** `$default`, which takes what no other route does, has no path. */
  path?: string;
}

export interface RouteMatch<Route> {
  route: Route;
  pathParameters: Record<string, string>;
}

export function routePattern(key: string): RoutePattern {
  if (key === '$default') return { key, method: 'ANY' };
  const [method = '', path = ''] = key.split(' ');
  return { key, method, path };
}

/** The most specific route wins: fixed segments before parameters, a greedy one after them, `$default` last. */
export function matchRoute<Route extends RoutePattern>(
  routes: Route[],
  method: string,
  path: string,
): RouteMatch<Route> | undefined {
  const matches = routes
    .filter((route) => route.method === 'ANY' || route.method === method)
    .flatMap((route) => {
      const pathParameters = parametersOf(route, path);
      return pathParameters ? [{ route, pathParameters }] : [];
    });
  return matches.sort((left, right) => (rank(left.route) < rank(right.route) ? -1 : 1))[0];
}

const parameter = /\{([^}+]+)(\+?)\}/g;

/** What the path says for the route's parameters; nothing when it is not the route's. */
function parametersOf({ path: pattern }: RoutePattern, path: string): Record<string, string> | undefined {
  if (pattern === undefined) return {};
  const literals = pattern.split(/\{[^}]+\}/).map((literal) => literal.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'));
  const parameters = [...pattern.matchAll(parameter)];
  const source = literals.reduce((whole, literal, index) => {
    const group = parameters[index - 1]?.[2] ? '(.+)' : '([^/]+)';
    return whole + group + literal;
  });
  const match = new RegExp(`^${source}$`).exec(path);
  return match ? Object.fromEntries(parameters.map(([, name], index) => [name, match[index + 1]])) : undefined;
}

/** A text per route that sorts the most specific one first. */
function rank({ method, path }: RoutePattern): string {
  if (path === undefined) return '9';
  const segments = path.split('/').slice(1);
  const ranks = segments.map((segment) => (segment.endsWith('+}') ? 2 : segment.startsWith('{') ? 1 : 0));
  return [...ranks, method === 'ANY' ? 1 : 0].join('');
}
