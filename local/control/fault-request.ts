import * as z from 'zod/mini';
import { type FaultError, type FaultRule, faultErrors, isFaultError } from '../faults.ts';

/** Those that answer for each entry. */
const batchOperations = ['PutEvents', 'SendMessageBatch'];

const fields = z.strictObject({
  service: z.enum(['dynamodb', 'sqs', 'sns', 'events', 'execute-api', 's3']),
  operation: z.string().check(z.minLength(1)),
  /** A function's construct id, such as `SendMessage`. */
  function: z.optional(z.string()),
  error: z.custom<FaultError>(isFaultError, `must be one of ${faultErrors.join(', ')}`),
  when: z._default(z.enum(['before', 'after']), 'before'),
  skip: z._default(z.int().check(z.minimum(0), z.maximum(100_000)), 0),
  times: z._default(z.int().check(z.minimum(1), z.maximum(100_000)), 1),
});

const ruleSchema = fields.check(
  z.refine(
    ({ error, operation, when }) => error !== 'partial' || (batchOperations.includes(operation) && when === 'before'),
    { path: ['error'], error: `partial is for ${batchOperations.join(' and ')}, before they take effect` },
  ),
);

const schema = z.array(ruleSchema);

/** One rule or several; `idOf` gives the logical id of a function named in one. */
export function parseFaults(body: unknown, idOf: (name: string) => string): FaultRule[] {
  return schema.parse([body].flat()).map(({ function: name, ...rule }) => ({
    ...rule,
    ...(name !== undefined && { function: idOf(name) }),
  }));
}
