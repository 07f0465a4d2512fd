import { authorizerFunction, partsOf, routeFunction } from '../gateway/integrations.ts';
import type { Deployment, Resource } from '../types.ts';

/** A WebSocket API of the template. */
export interface WebSocketApi {
  id: string;
  stage: string;
  domainName: string;
  /** `arn:aws:execute-api:…:<api>/<stage>`. */
  arn: string;
  /** Where a frame's route key stands in it: `$request.body.action` → `['action']`. */
  routeKeyPath: string[];
  routes: Map<string, WebSocketRoute>;
  /** Runs before `$connect`, the only route that can have one. */
  authorizer?: { functionId: string; identitySources: string[] };
}

export interface WebSocketRoute {
  functionId: string;
  /** Whether what the function returns goes to the client: only where the template has a route response. */
  responds: boolean;
}

export function webSocketApiOf(deployment: Deployment): WebSocketApi {
  const [api, ...others] = apis(deployment);
  if (!api || others.length > 0) throw new Error('the local host serves exactly one WebSocket API');
  const { region, accountId } = deployment;
  const stage = partsOf(deployment, api, 'Stage')[0]?.ref;
  if (!stage) throw new Error(`the WebSocket API ${api.logicalId} has no stage`);
  const authorizer = authorizerOf(deployment, api);
  return {
    id: api.ref,
    stage,
    domainName: `${api.ref}.execute-api.${region}.amazonaws.com`,
    arn: `arn:aws:execute-api:${region}:${accountId}:${api.ref}/${stage}`,
    routeKeyPath: routeKeyPath(api),
    routes: routesOf(deployment, api),
    ...(authorizer && { authorizer }),
  };
}

function apis(deployment: Deployment): Resource[] {
  return deployment
    .ofType('AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties.ProtocolType === 'WEBSOCKET');
}

function routeKeyPath(api: Resource): string[] {
  const expression = String(api.properties.RouteSelectionExpression);
  const path = /^\$\{?request\.body\.([\w.-]+?)\}?$/.exec(expression)?.[1];
  if (path) return path.split('.');
  throw new Error(`the local host does not know the route selection expression ${expression}`);
}

function routesOf(deployment: Deployment, api: Resource): Map<string, WebSocketRoute> {
  const responding = new Set(partsOf(deployment, api, 'RouteResponse').map(({ properties }) => properties.RouteId));
  return new Map(
    partsOf(deployment, api, 'Route').map((route) => [
      String(route.properties.RouteKey),
      {
        functionId: routeFunction(deployment, api, route),
        responds: route.properties.RouteResponseSelectionExpression === '$default' && responding.has(route.ref),
      },
    ]),
  );
}

function authorizerOf(deployment: Deployment, api: Resource): WebSocketApi['authorizer'] {
  const connect = partsOf(deployment, api, 'Route').find(({ properties }) => properties.RouteKey === '$connect');
  const type = connect?.properties.AuthorizationType ?? 'NONE';
  if (type === 'NONE') return undefined;
  const authorizer = partsOf(deployment, api, 'Authorizer').find(({ ref }) => ref === connect?.properties.AuthorizerId);
  if (!authorizer) throw new Error(`the local host does not know the authorization ${type} of $connect`);
  const sources = authorizer.properties.IdentitySource;
  return {
    functionId: authorizerFunction(deployment, api, authorizer),
    identitySources: Array.isArray(sources) ? sources.map(String) : [],
  };
}
