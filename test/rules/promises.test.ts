import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import { sendTimeoutMs } from '../../lambdas/domain/send-lease.ts';
import { costs } from '../../lambdas/edge/rules.ts';
import { propertiesOf, synthesise } from '../infra/synthesis.ts';

const root = join(import.meta.dirname, '../..');
const sources = globSync('lambdas/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));

describe('what several places promise together', () => {
  it('the functions that take seqs or revisions have the timeout that the sending protocol counts on', () => {
    const functions = propertiesOf(synthesise().template, 'AWS::Lambda::Function');
    const sending = ['SendMessage', 'SendMessageFrame', 'SendScheduled', 'ManageMessages', 'ChangeMessageFrame'];
    const timeouts = sending.map((id) => functions.get(id)?.Timeout);
    expect(new Set(timeouts)).toEqual(new Set([sendTimeoutMs / 1_000]));
  });

  it('the least burst that a stage may have holds the dearest request', () => {
    const leastBurst = 10;
    expect(limits.forwardTargets).toBeLessThanOrEqual(leastBurst);
    for (const { weight } of Object.values(costs)) expect(weight).toBeLessThanOrEqual(leastBurst);
  });

  it('every error code that is thrown is in the contract', () => {
    const thrown = sources.flatMap((source) => [...source.matchAll(/(?:refuse|ChatError)\(\s*'([A-Z_]+)'/g)]);
    expect(thrown.length).toBeGreaterThan(10);
    for (const [, code = ''] of thrown) expect(Object.keys(errorCodes)).toContain(code);
  });

  it('no handler answers before its work is done: a late write of a dead try would double a message', () => {
    const handlers = sources.flatMap((source) => [...source.matchAll(/\bmiddy<[^(]*>\(([^)]*)\)/g)]);
    expect(handlers.length).toBeGreaterThan(5);
    for (const [, options] of handlers) expect(options).toBe('untilKilled');
  });
});
