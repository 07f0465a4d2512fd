import type { Deployment, Resource } from '../types.ts';

/** The resources of this type that belong to this API. */
export function partsOf(deployment: Deployment, api: Resource, type: string): Resource[] {
  return deployment.ofType(`AWS::ApiGatewayV2::${type}`).filter(({ properties }) => properties.ApiId === api.ref);
}

/** The logical id of the function behind a route. */
export function routeFunction(deployment: Deployment, api: Resource, route: Resource): string {
  const target = String(route.properties.Target).replace(/^integrations\//, '');
  const integration = partsOf(deployment, api, 'Integration').find(({ ref }) => ref === target);
  if (integration?.properties.IntegrationType !== 'AWS_PROXY') {
    throw new Error(`the local host runs only Lambda proxy integrations, and route ${route.logicalId} has none`);
  }
  return invokableFunction(deployment, api, String(integration.properties.IntegrationUri));
}

export function authorizerFunction(deployment: Deployment, api: Resource, authorizer: Resource): string {
  const { AuthorizerType, AuthorizerUri } = authorizer.properties;
  if (AuthorizerType === 'REQUEST') return invokableFunction(deployment, api, String(AuthorizerUri));
  throw new Error(`the local host knows only Lambda authorizers, and ${authorizer.logicalId} is ${AuthorizerType}`);
}

/** Refuses what API Gateway would answer with an error 500: a function that it was given no permission to invoke. */
function invokableFunction(deployment: Deployment, api: Resource, uri: string): string {
  const arn = /arn:aws:lambda:[^/]+/.exec(uri)?.[0] ?? uri;
  const target = deployment.byArn(arn);
  const permitted = deployment.ofType('AWS::Lambda::Permission').some(({ properties }) => {
    const source = String(properties.SourceArn ?? `:${api.ref}/`);
    return [target.arn, target.ref].includes(String(properties.FunctionName)) && source.includes(`:${api.ref}/`);
  });
  if (permitted) return target.logicalId;
  throw new Error(`API ${api.logicalId} may not invoke ${target.name}; give it an AWS::Lambda::Permission in the app`);
}
