import type { Deployment, JsonObject } from '../types.ts';

interface Asked {
  sourceArn: string;
  batchSize: number;
  windowMs: number;
}

/** What CloudFormation would fail at for a queue's mapping, though the template itself is well formed. */
export function refuseUndeployable({ sourceArn, batchSize, windowMs }: Asked, fn: JsonObject, deployment: Deployment) {
  const queue = deployment.byArn(sourceArn).properties;
  const [timeout, visibility] = [Number(fn.Timeout ?? 3), Number(queue.VisibilityTimeout ?? 30)];
  const refuse = (reason: string) => {
    throw new Error(`Lambda would not read ${sourceArn}; ${reason}`);
  };
  if (visibility < timeout) {
    refuse(`its visibility timeout of ${visibility} s is below the function's timeout of ${timeout} s`);
  }
  if (queue.FifoQueue === true && windowMs > 0) refuse('a FIFO queue allows no batching window');
  if (queue.FifoQueue === true && batchSize > 10) refuse('a FIFO queue gives 10 messages a batch at most');
  if (batchSize > 10 && windowMs === 0) refuse('a batch of more than 10 messages needs a batching window');
}
