import { authorizerFunction, partsOf, routeFunction } from '../gateway/integrations.ts';
import type { Deployment, Resource } from '../types.ts';
import { type CorsRules, corsRulesOf } from './cors.ts';
import { type RoutePattern, routePattern } from './http-routing.ts';

/** An HTTP API of the template. */
export interface HttpApi {
  id: string;
  accountId: string;
  domainName: string;
  stage: string;
  /** `arn:aws:execute-api:…:<api>/<stage>`. */
  arn: string;
  routes: HttpRoute[];
  cors?: CorsRules;
}

export interface HttpRoute extends RoutePattern {
  functionId: string;
  authorizer?: HttpAuthorizer;
}

/** A Lambda authorizer with payload format 2.0 and simple responses. */
export interface HttpAuthorizer {
  functionId: string;
  identitySources: string[];
  cacheSeconds: number;
}

export function httpApiOf(deployment: Deployment): HttpApi {
  const [api, ...others] = deployment
    .ofType('AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties.ProtocolType === 'HTTP');
  if (!api || others.length > 0) throw new Error('the local host serves exactly one HTTP API');
  const stage = partsOf(deployment, api, 'Stage')[0]?.ref;
  if (stage !== '$default') throw new Error(`the HTTP API ${api.logicalId} needs a stage named $default`);
  const { region, accountId } = deployment;
  const cors = corsRulesOf(api.properties.CorsConfiguration);
  return {
    id: api.ref,
    accountId,
    stage,
    domainName: `${api.ref}.execute-api.${region}.amazonaws.com`,
    arn: `arn:aws:execute-api:${region}:${accountId}:${api.ref}/${stage}`,
    routes: partsOf(deployment, api, 'Route').map((route) => routeOf(deployment, api, route)),
    ...(cors && { cors }),
  };
}

function routeOf(deployment: Deployment, api: Resource, route: Resource): HttpRoute {
  const authorizer = authorizerOf(deployment, api, route);
  return {
    ...routePattern(String(route.properties.RouteKey)),
    functionId: routeFunction(deployment, api, route),
    ...(authorizer && { authorizer }),
  };
}

function authorizerOf(deployment: Deployment, api: Resource, route: Resource): HttpAuthorizer | undefined {
  const type = route.properties.AuthorizationType ?? 'NONE';
  if (type === 'NONE') return undefined;
  const authorizer = partsOf(deployment, api, 'Authorizer').find(({ ref }) => ref === route.properties.AuthorizerId);
  const { AuthorizerPayloadFormatVersion, EnableSimpleResponses, IdentitySource, AuthorizerResultTtlInSeconds } =
    authorizer?.properties ?? {};
  if (!authorizer || AuthorizerPayloadFormatVersion !== '2.0' || EnableSimpleResponses !== true) {
    throw new Error(
      `the local host knows only Lambda authorizers with simple responses, and ${route.logicalId} has none`,
    );
  }
  return {
    functionId: authorizerFunction(deployment, api, authorizer),
    identitySources: Array.isArray(IdentitySource) ? IdentitySource.map(String) : [],
    cacheSeconds: Number(AuthorizerResultTtlInSeconds ?? 0),
  };
}
