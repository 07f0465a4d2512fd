import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createClock } from '../../../local/clock.ts';
import { createQueues } from '../../../local/sqs/queues.ts';
import { openStore } from '../../../local/store.ts';
import { deploymentAllowing } from './deployment.ts';

test('a data folder from before FIFO queues keeps its messages, and can have such queues', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-store-'));
  const earlier = new DatabaseSync(join(folder, 'host.db'));
  earlier.exec(`
    CREATE TABLE messages (
      position INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, message_id TEXT NOT NULL, body TEXT NOT NULL,
      attributes TEXT NOT NULL, sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL,
      receives INTEGER NOT NULL DEFAULT 0, first_received_at INTEGER, receipt TEXT);
    INSERT INTO messages (queue, message_id, body, attributes, sent_at, visible_at)
      VALUES ('arn:aws:sqs:us-east-1:000000000000:Test-Queue', 'm1', 'kept', '{}', ${Date.now()}, ${Date.now()});`);
  earlier.close();
  const deployment = deploymentAllowing([], {
    Queue: { Type: 'AWS::SQS::Queue' },
    Slices: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
  });
  for (const start of ['first', 'second']) {
    const store = openStore(folder);
    const queues = createQueues({ deployment, store, clock: createClock() });
    const slices = deployment.resources.get('Slices')?.arn ?? '';
    queues.send(slices, { body: start, groupId: 'a', deduplicationId: start });
    expect(queues.receive(slices, 1)).toMatchObject([{ body: 'first', groupId: 'a' }]);
    expect(queues.receive(deployment.resources.get('Queue')?.arn ?? '', 1)).toMatchObject([{ body: 'kept' }]);
    store.close();
  }
  await rm(folder, { recursive: true });
});
