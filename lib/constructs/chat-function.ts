import { CfnElement, Duration } from 'aws-cdk-lib';
import type { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { CodeOf } from '../bundling.ts';
import type { Stage } from '../stages.ts';
import { ChatLog } from './chat-log.ts';
import type { ChatTable } from './chat-table.ts';

/** What every construct that makes functions is given. */
export interface House {
  stage: Stage;
  codeOf: CodeOf;
}

/** A function and what of the HTTP API leads to it. */
export interface Routed {
  fn: ChatFunction;
  routes: Record<string, HttpMethod[]>;
}

export interface ChatFunctionProps {
  house: House;
  /** Path below `lambdas`, without `.lambda.ts`. */
  entry: string;
  environment?: Record<string, string>;
  timeoutSeconds?: number;
  memoryMegabytes?: number;
  /** Of what is invoked asynchronously: where an event goes that failed three times. */
  deadLetterQueue?: IQueue;
}

/** A function with the house's defaults and a role of its own, which may write its own log and nothing more until it is granted. */
export class ChatFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: ChatFunctionProps) {
    const { house, entry, environment = {}, timeoutSeconds = 10, memoryMegabytes = 256, deadLetterQueue } = props;
    const logGroup = new ChatLog(scope, `${id}Log`, house.stage);
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      code: house.codeOf(entry),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMegabytes,
      timeout: Duration.seconds(timeoutSeconds),
      loggingFormat: LoggingFormat.JSON,
      tracing: house.stage.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment,
      logGroup,
      role,
      ...(deadLetterQueue && { deadLetterQueue }),
    });
    nameAs(this, id);
  }

  /** Names the table in TABLE_NAME and allows these DynamoDB actions on it (its index is granted apart). */
  bindTable(table: ChatTable, ...actions: string[]): void {
    this.addEnvironment('TABLE_NAME', table.tableName);
    const qualified = actions.map((action) => `dynamodb:${action}`);
    this.allow(qualified, [table.tableArn]);
  }

  /** Lets it keep each user to the stage's limits: it may write the items of that, and by this nothing else. */
  limitRates(table: ChatTable, { limits }: Stage): void {
    this.addEnvironment('TABLE_NAME', table.tableName);
    this.addEnvironment('RATE_LIMITS', JSON.stringify(limits.rates));
    this.#allowOnKeys(table, 'UpdateItem', 'RATE#*');
  }

  /** Lets it know who is banned: it may read that, and by this nothing else. */
  readBans(table: ChatTable): void {
    this.#allowOnKeys(table, 'GetItem', 'BAN#*');
  }

  /** Lets it write into the audit log, and by this nothing else. */
  writeAudit(table: ChatTable): void {
    this.#allowOnKeys(table, 'PutItem', 'AUDIT#*');
  }

  /** Lets it look up a connection by its user. */
  readConnections(table: ChatTable): void {
    this.addEnvironment('TABLE_NAME', table.tableName);
    this.#allowOnKeys(table, 'GetItem', 'USER#*');
  }

  #allowOnKeys(table: ChatTable, action: string, leadingKeys: string): void {
    this.addToRolePolicy(
      new PolicyStatement({
        actions: [`dynamodb:${action}`],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [leadingKeys] } },
      }),
    );
  }

  /** Names the queue in this variable and allows sending to it. */
  bindQueue(variable: string, queue: IQueue): void {
    this.addEnvironment(variable, queue.queueUrl);
    this.allow(['sqs:SendMessage'], [queue.queueArn]);
  }

  allow(actions: string[], resources: string[]): void {
    if (resources.length > 0) this.addToRolePolicy(new PolicyStatement({ actions, resources }));
  }
}

/** Makes the logical id the bare construct id, so that consoles, logs and meters show `Parley-dev-FanOut-…`. */
function nameAs(fn: LambdaFunction, id: string): void {
  const { defaultChild } = fn.node;
  if (defaultChild instanceof CfnElement) defaultChild.overrideLogicalId(id);
}
