import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { chatApp } from '../../lib/chat-app.ts';
import { ChatStack } from '../../lib/chat-stack.ts';
import { readStage } from '../../lib/stages.ts';

/** A route of an API, and the entry and variables of the function behind it. */
export interface DeployedRoute {
  /** `GET /v1/conversations` by HTTP, `message.send` by frame. */
  routeKey: string;
  entry: string;
  environment: Record<string, unknown>;
}

type Resources = ReturnType<Template['findResources']>;

/** Every route that the template has but those of connections and of what is not known: so no test can miss a new one. */
export function deployedRoutes(): DeployedRoute[] {
  const template = synthesised();
  const routes: Resources = template.findResources('AWS::ApiGatewayV2::Route');
  const integrations: Resources = template.findResources('AWS::ApiGatewayV2::Integration');
  const functions: Resources = template.findResources('AWS::Lambda::Function');
  return Object.values(routes)
    .filter(({ Properties }) => !String(Properties.RouteKey).startsWith('$'))
    .map(({ Properties: { RouteKey, Target } }) => {
      const integration = integrations[nameIn(Target, integrations)]?.Properties;
      const fn = functions[nameIn(integration?.IntegrationUri, functions)]?.Properties;
      return { routeKey: String(RouteKey), entry: entryOf(fn), environment: environmentOf(fn) };
    });
}

/** The stack with each function's entry in place of its code. */
function synthesised(): Template {
  process.env.CDK_VALIDATION = 'false';
  const codeOf = (entry: string) => Code.fromInline(entry);
  return Template.fromStack(new ChatStack(chatApp(), { stage: readStage(() => undefined), codeOf }));
}

/** The logical id that an intrinsic refers to, however it does. */
function nameIn(intrinsic: unknown, resources: Resources): string {
  const text = JSON.stringify(intrinsic);
  const name = Object.keys(resources).find((logicalId) => text.includes(`"${logicalId}"`));
  if (name === undefined) throw new Error(`nothing in the template is ${text}`);
  return name;
}

const entryOf = (fn: Record<string, unknown> | undefined): string =>
  String((fn?.Code as { ZipFile?: string } | undefined)?.ZipFile);

const environmentOf = (fn: Record<string, unknown> | undefined) =>
  (fn?.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
