/**
 * Stands in for `@aws-sdk/endpoint-cache` in the bundles (see lib/bundling.ts): the client of DynamoDB makes a cache of endpoints when
 * it is made, and no command of it ever looks there. It has no method, so that a version that does would fail at once.
 */
export class EndpointCache {}
