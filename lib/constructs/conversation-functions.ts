import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { ChatFunction, type House, type Routed } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

const { GET, POST, PUT, PATCH, DELETE } = HttpMethod;
const CONVERSATION = '/v1/conversations/{conversationId}';

/** Conversations and who is in them: each function with its routes. */
export const conversationFunctions = (scope: Construct, house: House, table: ChatTable): Routed[] => [
  {
    fn: manageConversations(scope, house, table),
    routes: {
      '/v1/conversations': [POST, GET],
      [CONVERSATION]: [GET, PATCH, DELETE],
      [`${CONVERSATION}/join`]: [POST],
      '/v1/channels': [GET],
    },
  },
  {
    fn: manageMembers(scope, house, table),
    routes: {
      [`${CONVERSATION}/members`]: [GET, POST, PUT],
      [`${CONVERSATION}/members/{userId}`]: [PATCH, DELETE],
      [`${CONVERSATION}/preferences`]: [PATCH],
    },
  },
];

function manageConversations(scope: Construct, house: House, table: ChatTable): ChatFunction {
  const fn = new ChatFunction(scope, 'ManageConversations', {
    house,
    entry: 'http/manage-conversations',
    environment: membersPerGroup(house),
  });
  fn.bindTable(table, 'BatchGetItem', 'BatchWriteItem', 'ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem');
  fn.allow(['dynamodb:Query'], [table.indexArn]);
  return fn;
}

function manageMembers(scope: Construct, house: House, table: ChatTable): ChatFunction {
  const fn = new ChatFunction(scope, 'ManageMembers', {
    house,
    entry: 'http/manage-members',
    environment: membersPerGroup(house),
  });
  fn.bindTable(table, 'BatchGetItem', 'DeleteItem', 'PutItem', 'Query', 'UpdateItem');
  return fn;
}

const membersPerGroup = ({ stage }: House) => ({ MEMBERS_PER_GROUP: String(stage.limits.membersPerGroup) });
