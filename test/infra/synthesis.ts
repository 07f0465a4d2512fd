import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { chatApp } from '../../lib/chat-app.ts';
import { ChatStack } from '../../lib/chat-stack.ts';
import { readStage, type Stage } from '../../lib/stages.ts';

export const localStage = readStage(() => undefined);

export interface Synthesis {
  app: App;
  stack: ChatStack;
  template: Template;
  /** Every entry that a function of the stack asked code for. */
  entries: string[];
}

/** The stack without its code: nothing is bundled. CloudFormation's own rules run at every `cdk synth`, and take 2 s: not here. */
export function synthesise(settings: Partial<Stage> = {}): Synthesis {
  process.env.CDK_VALIDATION = 'false';
  const app = chatApp();
  const entries: string[] = [];
  const codeOf = (entry: string) => {
    entries.push(entry);
    return Code.fromInline('exports.handler = async () => undefined;');
  };
  const stack = new ChatStack(app, { stage: { ...localStage, ...settings }, codeOf });
  return { app, stack, template: Template.fromStack(stack), entries };
}

/** The properties of the resources of a type, by logical id. */
export function propertiesOf(template: Template, type: string): Map<string, Record<string, unknown>> {
  const resources = Object.entries(template.findResources(type));
  return new Map(resources.map(([logicalId, { Properties }]) => [logicalId, Properties]));
}

/** Writes a value with intrinsics as a reader would: `ChatTable.Arn`, `NotificationsQueue.Arn`, without CDK's hashes. */
export function readable(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(readable).join('');
  if ('Ref' in value) return `<${bare(value.Ref)}>`;
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return value['Fn::GetAtt'].map(bare).join('.');
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) return readable(value['Fn::Join'][1]);
  throw new Error(`an intrinsic that the tests don't know: ${JSON.stringify(value)}`);
}

function bare(logicalId: unknown): string {
  return String(logicalId).replace(/[0-9A-F]{8}$/, '');
}
