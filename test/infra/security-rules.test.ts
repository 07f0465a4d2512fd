import type { IPolicyValidationPlugin } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { type Synthesis, synthesise } from './synthesis.ts';

interface Acknowledgement {
  rule: string;
  /** Part of a construct's path; every finding of the rule that it matches is acknowledged. */
  where: RegExp;
  reason: string;
}

const acknowledged: Acknowledgement[] = [
  {
    rule: 'AwsSolutions-S1',
    where: /^Files$/,
    reason:
      'A log of the bucket needs a bucket for logs. Every form and link comes from a function, which logs each; CloudTrail has data events.',
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::<ChatBucket.Arn>/*]',
    where:
      /^(Http\/(ManageAttachments|ManageScheduled|ReadAsAdmin|SendMessage)|WebSocket\/SendMessageFrame|Scheduling\/SendScheduled)Role\/DefaultPolicy$/,
    reason: 'What is uploaded is named at run time. The bucket has nothing but files of messages.',
  },
  {
    rule: 'AwsSolutions-APIG4',
    where: /^WebSocket\/Api\/(\$disconnect|\$default|[a-z]+(\.[a-z]+)?)-Route$/,
    reason: 'API Gateway authorizes a WebSocket at $connect alone; no other route can have an authorizer.',
  },
  {
    rule: 'AwsSolutions-APIG4',
    where: /^Http\/OtherRoutes$/,
    reason: '$default also catches preflight requests, which carry no token. It answers 404 and touches nothing.',
  },
  {
    rule: 'AwsSolutions-APIG1',
    where: /^WebSocket\/Stage$/,
    reason: 'Needs a CloudWatch role of the account, which is not ours to make: the stage setting webSocketAccessLogs.',
  },
  {
    rule: 'Serverless-APIGWAccessLogging',
    where: /^WebSocket\/Stage$/,
    reason: 'As AwsSolutions-APIG1.',
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::arn:aws:sns:us-east-1:000000000000:endpoint/*]',
    where: /^(Http\/ManageDevicesRole|Notifications\/NotifyRole)\/DefaultPolicy$/,
    reason: 'SNS makes an endpoint for each device: its id is not known before. The application is named.',
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::*]',
    where: /^Notifications\/NotifyRole\/DefaultPolicy$/,
    reason:
      'A phone number has no ARN: whoever sends SMS may publish to anything. Stages without SMS grant none of it.',
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::arn:aws:execute-api:us-east-1:000000000000:<WebSocketApi*]',
    where: /^(Stream|WebSocket|Http|Presence)\/\w+Role\/DefaultPolicy$/,
    reason: 'Connection ids are made at run time. API, stage and method are named.',
  },
  {
    rule: 'AwsSolutions-SQS3',
    where: /^Stream\/RetryQueue$/,
    reason: 'A frame that could not be posted for two minutes helps nobody: its client repairs the loss by sync.',
  },
  { rule: 'Serverless-SQSRedrivePolicy', where: /^Stream\/RetryQueue$/, reason: 'As AwsSolutions-SQS3.' },
  {
    rule: 'AwsSolutions-SQS3',
    where: /^Presence\/Queue$/,
    reason: 'Who came or went ten minutes ago is no news: whoever asks is told, and the next change is.',
  },
  { rule: 'Serverless-SQSRedrivePolicy', where: /^Presence\/Queue$/, reason: 'As AwsSolutions-SQS3.' },
  {
    rule: 'AwsSolutions-SQS3',
    where: /^(Stream\/UnreadableRecords|Events\/UnpublishedRecords)$/,
    reason: 'It is itself where a mapping parks what failed: nothing consumes it.',
  },
  {
    rule: 'Serverless-SQSRedrivePolicy',
    where: /^(Stream\/(UnreadableRecords|SliceDeadLetters)|Events\/UnpublishedRecords|Notifications\/DeadLetters)$/,
    reason: 'They are themselves where failures are parked: nothing consumes them.',
  },
  {
    rule: 'Serverless-SQSRedrivePolicy',
    where: /^Scheduling\/DeadLetters$/,
    reason: 'It is itself where failures are parked: nothing consumes it.',
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::arn:aws:scheduler:us-east-1:000000000000:schedule/Parley-local/*]',
    where: /^Http\/ManageScheduledRole\/DefaultPolicy$/,
    reason: 'A schedule is named when it is made. Their group is.',
  },
  {
    rule: 'Serverless-LambdaTracing',
    where: /^Scheduling\/SendScheduled$/,
    reason: 'X-Ray is billed per trace: the stage setting tracing.',
  },
  {
    rule: 'Serverless-LambdaDLQ',
    where: /^(WebSocket|Http|Notifications|Presence|Stream|Events)\/\w+$/,
    reason:
      'Asked for asynchronous invocations. These are invoked by API Gateway, or by mappings with queues of their own.',
  },
  {
    rule: 'Serverless-LambdaTracing',
    where: /^(WebSocket|Http|Notifications|Presence|Stream|Events)\/\w+$/,
    reason: 'X-Ray is billed per trace: the stage setting tracing.',
  },
  {
    rule: 'Serverless-LambdaEventSourceMappingDestination',
    where: /\/SqsEventSource:/,
    reason: 'Lambda takes no failure destination for an SQS mapping: the queue says where its failures go.',
  },
];

const synthesis = synthesise();
const findings = [new AwsSolutionsChecks(synthesis.app), new ServerlessChecks(synthesis.app)].flatMap((pack) =>
  findingsOf(pack, synthesis),
);

test.each(findings)('the finding $rule at $path is acknowledged with a reason', (finding) => {
  expect(acknowledged.filter((it) => answers(it, finding))).toHaveLength(1);
});

test.each(acknowledged)('the acknowledgement of $rule at $where is still needed', (acknowledgement) => {
  expect(findings.some((finding) => answers(acknowledgement, finding))).toBe(true);
});

interface Finding {
  rule: string;
  path: string;
}

function findingsOf(pack: IPolicyValidationPlugin, { app, stack }: Synthesis): Finding[] {
  const templatePath = app.synth().getStackArtifact(stack.artifactId).templateFullPath;
  const stackTemplates = [
    { templatePath, stackConstructPath: stack.node.path, accountId: undefined, region: undefined },
  ];
  const report = pack.validate({ appConstruct: app, templatePaths: [templatePath], stackTemplates });
  return report.violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath = '' }) => ({ rule: ruleName, path: shortPath(constructPath) })),
  );
}

/** `Parley-local/Stream/RetryQueue/Resource` → `Stream/RetryQueue` */
function shortPath(constructPath: string): string {
  return constructPath.replace(/^[^/]+\//, '').replace(/\/Resource$/, '');
}

/** A rule is named exactly, but for one `*` in brackets that ends a longer name. */
function answers({ rule, where }: Acknowledgement, finding: Finding): boolean {
  const [start = '', end] = rule.split(/(?<!::)\*(?=\]$)/);
  const named = end === undefined ? finding.rule === rule : finding.rule.startsWith(start);
  return named && where.test(finding.path);
}
