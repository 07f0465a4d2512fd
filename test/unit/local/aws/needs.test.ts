import { expect, test } from 'vitest';
import { partitionKeysOf } from '../../../../local/dynamodb/leading-keys.ts';
import { needsOf, type TableInput } from '../../../../local/dynamodb/needs.ts';
import { chatTable } from '../../../integration/local/chat-table.ts';

const table = {
  logicalId: 'Table',
  name: 'Table',
  type: 'AWS::DynamoDB::GlobalTable',
  ref: 'Chat',
  properties: chatTable,
};
const tables = { arnOf: (name: string) => name, partitionKeyOf: partitionKeysOf([table]) };
const TableName = 'Chat';
const item = (id: string) => ({ PK: { S: id }, SK: { S: 'x' }, text: { S: 'CONV#other' } });
const values = { ':pk': { S: 'bob' }, ':from': { S: 'eve' } };

const rows: [sentence: string, operation: string, input: TableInput, needs: [string, string, string[]][]][] = [
  ['the key of one item', 'GetItem', { TableName, Key: item('bob') }, [['GetItem', 'Chat', ['bob']]]],
  ['an item that is put', 'PutItem', { TableName, Item: item('bob') }, [['PutItem', 'Chat', ['bob']]]],
  [
    'the key condition of a query',
    'Query',
    {
      TableName,
      KeyConditionExpression: '#p = :pk AND SK >= :from',
      ExpressionAttributeNames: { '#p': 'PK' },
      ExpressionAttributeValues: values,
    },
    [['Query', 'Chat', ['bob']]],
  ],
  [
    "the index's own key",
    'Query',
    { TableName, IndexName: 'GSI1', KeyConditionExpression: 'GSI1PK=:pk', ExpressionAttributeValues: values },
    [['Query', 'Chat/index/GSI1', ['bob']]],
  ],
  ['no key of a scan', 'Scan', { TableName }, [['Scan', 'Chat', []]]],
  [
    'the keys of a batch, each table apart',
    'BatchGetItem',
    { RequestItems: { Chat: { Keys: [item('bob'), item('eve')] }, Other: { Keys: [item('joe')] } } },
    [
      ['BatchGetItem', 'Chat', ['bob', 'eve']],
      ['BatchGetItem', 'Other', []],
    ],
  ],
  [
    'what a batch puts and deletes',
    'BatchWriteItem',
    { RequestItems: { Chat: [{ PutRequest: { Item: item('bob') } }, { DeleteRequest: { Key: item('eve') } }] } },
    [['BatchWriteItem', 'Chat', ['bob', 'eve']]],
  ],
  [
    'every part of a transaction on its own',
    'TransactWriteItems',
    {
      TransactItems: [
        { Update: { TableName, Key: item('bob') } },
        { ConditionCheck: { TableName, Key: item('eve') } },
        { Put: { TableName, Item: item('joe') } },
      ],
    },
    [
      ['UpdateItem', 'Chat', ['bob']],
      ['ConditionCheckItem', 'Chat', ['eve']],
      ['PutItem', 'Chat', ['joe']],
    ],
  ],
];

test.each(rows)('IAM is told %s', (_, operation, input, needs) => {
  const told = needsOf(operation, input, tables).map(({ action, resources, context }) => {
    return [action.replace('dynamodb:', ''), resources.join(), context?.['dynamodb:LeadingKeys']];
  });
  expect(told).toEqual(needs);
});
