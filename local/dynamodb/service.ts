import {
  type AwsCall,
  AwsError,
  type AwsReply,
  type AwsRequest,
  type AwsService,
  jsonReply,
  targetOf,
} from '../aws/service.ts';
import type { Meter, TableUnits } from '../meter.ts';
import type { Caller, Deployment } from '../types.ts';
import type { Answer, Database } from './database.ts';
import { partitionKeysOf } from './leading-keys.ts';
import { needsOf, type TableInput, type Tables } from './needs.ts';
import { tablesOf } from './table-definition.ts';

interface Parts {
  database: Database;
  meter: Meter;
  deployment: Deployment;
  /** Called after every write that the database answered. */
  notifyWrite(): void;
}

interface Output {
  __type?: string;
  CancellationReasons?: unknown[];
  ConsumedCapacity?: Capacity | Capacity[];
}

interface Capacity {
  CapacityUnits?: number;
}

const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);
const reads = new Set(['GetItem', 'Query', 'Scan', 'BatchGetItem', 'TransactGetItems']);

/** Hands DynamoDB calls on to the database, and counts the capacity that AWS would bill for each. */
export function createDynamoDbService(parts: Parts): AwsService {
  const { region, accountId } = parts.deployment;
  const tables: Tables = {
    arnOf: (table) => `arn:aws:dynamodb:${region}:${accountId}:table/${table}`,
    partitionKeyOf: partitionKeysOf(tablesOf(parts.deployment)),
  };

  function understand(request: AwsRequest): AwsCall {
    const operation = targetOf(request);
    const input: TableInput = JSON.parse(request.body.toString());
    const isItemCall = writes.has(operation) || reads.has(operation);
    return {
      operation,
      needs: needsOf(operation, input, tables),
      perform: (caller) => (isItemCall ? metered(operation, input, caller) : handOn(request)),
    };
  }

  async function metered(operation: string, input: TableInput, caller: Caller): Promise<AwsReply> {
    const asked = (input.ReturnConsumedCapacity ?? 'NONE') !== 'NONE';
    const counted = asked ? input : { ...input, ReturnConsumedCapacity: 'TOTAL' };
    const answer = await reached(parts.database.call(operation, JSON.stringify(counted)));
    const output: Output = JSON.parse(answer.body);
    parts.meter.tableCall(caller.functionId, operation, unitsOf(operation, output));
    if (writes.has(operation) && answer.status === 200) parts.notifyWrite();
    if (!asked) delete output.ConsumedCapacity;
    return { ...jsonReply(output), status: answer.status };
  }

  /** Anything but items: described as the region of the template, where the database knows only its own. */
  async function handOn(request: AwsRequest): Promise<AwsReply> {
    const answer = await reached(parts.database.call(String(request.headers['x-amz-target']), request.body));
    const body = answer.body.replaceAll('arn:aws:dynamodb:dynoxide:', `arn:aws:dynamodb:${region}:`);
    return { ...jsonReply({}), status: answer.status, body };
  }

  return { understand, refuse };
}

function unitsOf(operation: string, output: Output): TableUnits {
  const units = output.__type === undefined ? consumed(output) : failed(operation, output);
  return writes.has(operation) ? { readUnits: 0, writeUnits: units } : { readUnits: units, writeUnits: 0 };
}

function consumed({ ConsumedCapacity: capacity = [] }: Output): number {
  return [capacity].flat().reduce((sum, part) => sum + (part.CapacityUnits ?? 0), 0);
}

/**
 * A condition that fails is billed like the write that it prevented, which answers without capacity: counted as one
 * unit, two for each part of a transaction, exact for items up to 1 KB.
 */
function failed(operation: string, output: Output): number {
  if (output.__type?.endsWith('#TransactionCanceledException')) return 2 * (output.CancellationReasons?.length ?? 0);
  return writes.has(operation) && output.__type?.endsWith('#ConditionalCheckFailedException') ? 1 : 0;
}

async function reached(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AwsError(500, 'InternalServerError', `unable to reach the local database; ${reason}`);
  }
}

function refuse(error: AwsError): AwsReply {
  const space =
    error.code === 'AccessDeniedException' ? 'com.amazon.coral.service' : 'com.amazonaws.dynamodb.v20120810';
  return { ...jsonReply({ __type: `${space}#${error.code}`, message: error.message }), status: error.status };
}
