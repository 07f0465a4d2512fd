import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { tableOf } from '../../lambdas/data/table.ts';

/** The real table code over a client that answers what a test tells it, and remembers what it was asked. */
export function recordedTable() {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  const mock = mockClient(client);
  mock.onAnyCommand().resolves({});
  return {
    mock,
    table: tableOf(client, 'Chat'),
    /** The kinds of calls made, in order: `Update`, `Put`, `BatchGet` … */
    calls: () => mock.calls().map(({ args: [command] }) => command.constructor.name.replace(/Command$/, '')),
    /** What the call at this place was given. */
    input: (place: number): Record<string, unknown> => ({ ...mock.call(place).args[0].input }),
  };
}
