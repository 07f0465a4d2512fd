import { App } from 'aws-cdk-lib';
import cdk from '../cdk.json' with { type: 'json' };

/** What the CDK command line sets of itself: each resource says which construct and which asset it came from. */
const metadata = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

/** The CDK app with cdk.json's feature flags, which only the command line would read: run without it, the template is the same. */
export function chatApp(): App {
  return new App({ context: { ...metadata, ...cdk.context }, analyticsReporting: false });
}
