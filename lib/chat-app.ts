import { App } from 'aws-cdk-lib';
import cdk from '../cdk.json' with { type: 'json' };

/** The CDK app with cdk.json's feature flags, which only the CDK command line would read: run without it, the template is the same. */
export function chatApp(context: Record<string, unknown> = {}): App {
  return new App({ context: { ...cdk.context, ...context }, analyticsReporting: false });
}
