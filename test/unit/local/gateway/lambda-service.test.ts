import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClock } from '../../../../local/clock.ts';
import type { FunctionConfig } from '../../../../local/lambda/function-config.ts';
import { errorIn } from '../../../../local/lambda/function-log.ts';
import { createLambdaService, type LambdaService } from '../../../../local/lambda/lambda-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-lambda-'));
const clock = createClock();
const reported: string[] = [];
const invocations: { name: string; coldStart: boolean; billedMs: number }[] = [];

const handlers: Record<string, string> = {
  Echo: 'exports.handler = async (event, context) => ({ event, id: context.awsRequestId, left: context.getRemainingTimeInMillis() });',
  Clock: `
    const { setTimeout: pause } = require('node:timers/promises');
    class Later extends Date {}
    exports.handler = async (due, context) => {
      while (Date.now() < due) await pause(1);
      const times = [Date.now(), new Date().getTime(), new Later().getTime(), Date.parse(Date())];
      return {
        isTime: times.map((time) => Math.abs(time - due) < 10_000),
        given: [new Date(0).toISOString(), new Date(2026, 0).getFullYear(), new Later() instanceof Date],
        hasTimeLeft: context.getRemainingTimeInMillis() > 0,
      };
    };`,
  Variables: 'exports.handler = async () => process.env;',
  Nothing: 'exports.handler = async () => undefined;',
  Throws: 'exports.handler = async () => { throw new TypeError("boom"); };',
  Exits: 'exports.handler = async () => process.exit(3);',
  Spins: 'exports.handler = async () => { for (;;); };',
  Broken: 'throw new RangeError("at load");',
  Callback: 'exports.handler = (event, context, callback) => callback();',
  Empty: 'exports.other = 1;',
  Huge: 'exports.handler = async () => "x".repeat(6291555);',
  Greedy: 'exports.handler = async () => { const all = []; for (;;) all.push(new Array(1e5).fill(1.5)); };',
  Worker:
    'exports.handler = async (stay) => { if (stay) await new Promise(() => setTimeout(() => {}, 1e6)); return process.env.AWS_SESSION_TOKEN; };',
  Counts:
    'let running = 0, most = 0; exports.handler = async () => { most = Math.max(most, ++running); await new Promise(setImmediate); running--; return most; };',
  Logs: 'exports.handler = async () => { console.log("hello"); console.log(JSON.stringify({ level: "ERROR", message: "unable to store", error: { name: "AccessDeniedException", message: "no" } })); };',
};

function configOf(name: string): FunctionConfig {
  const codeFolder = join(folder, name);
  mkdirSync(codeFolder);
  writeFileSync(join(codeFolder, 'index.js'), handlers[name] ?? '');
  return {
    id: `${name}1A2B3C4D`,
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    functionName: name,
    codeFolder,
    handler: 'index.handler',
    environment: { OWN: 'yes' },
    timeoutMs: name === 'Spins' ? 150 : 3_000,
    memoryMb: name === 'Greedy' ? 16 : 128,
  };
}

let lambda: LambdaService;
const invoke = (name: string, event: Parameters<LambdaService['invoke']>[1] = null) =>
  lambda.invoke(`${name}1A2B3C4D`, event);

beforeAll(() => {
  lambda = createLambdaService(Object.keys(handlers).map(configOf), {
    folder,
    clock,
    report: (line) => reported.push(line),
    onInvoked: ({ name }, invocation) => invocations.push({ name, ...invocation }),
  });
});

afterAll(() => lambda.close());

describe('an invocation', () => {
  test('gets a true copy of its event, and a context', async () => {
    const outcome = await invoke('Echo', { a: [1, null, 'x'] });
    expect(outcome).toMatchObject({ ok: true, payload: { event: { a: [1, null, 'x'] }, id: expect.any(String) } });
  });

  test('has the time of the host, which may be moved while it runs and before it starts', async () => {
    const due = clock.now() + 3_600_000;
    const running = invoke('Clock', due);
    clock.advance(3_600_000);
    const payload = {
      isTime: [true, true, true, true],
      given: ['1970-01-01T00:00:00.000Z', 2026, true],
      hasTimeLeft: true,
    };
    expect(await running).toEqual({ ok: true, payload });
    expect(await invoke('Clock', due)).toEqual({ ok: true, payload });
  });

  test("sees the function's variables and nothing of the host's", async () => {
    const outcome = await invoke('Variables');
    expect(outcome).toEqual({ ok: true, payload: { OWN: 'yes', AWS_SESSION_TOKEN: expect.any(String) } });
  });

  test('is billed by the millisecond, its start included, and a second one finds a warm worker', async () => {
    await invoke('Nothing');
    expect(await invoke('Nothing')).toEqual({ ok: true, payload: undefined });
    const own = invocations.filter(({ name }) => name === 'Nothing');
    expect(own.map(({ coldStart }) => coldStart)).toEqual([true, false]);
    expect(own.every(({ billedMs }) => Number.isInteger(billedMs) && billedMs >= 1)).toBe(true);
  });

  test('shares a worker with no other at the same time, however many there are', async () => {
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => invoke('Counts')));
    expect(outcomes.every((outcome) => outcome.ok && outcome.payload === 1)).toBe(true);
  });

  test.each([
    ['Throws', 'TypeError', /^boom$/],
    ['Exits', 'Runtime.ExitError', /Runtime exited with error: exit status 3/],
    ['Spins', 'Sandbox.Timedout', /Task timed out after 0.15 seconds/],
    ['Greedy', 'Runtime.ExitError', /Runtime exited with error: signal: killed/],
    ['Broken', 'RangeError', /^at load$/],
    ['Callback', 'Runtime.CallbackHandlerDeprecated', /no callback/],
    ['Empty', 'Runtime.HandlerNotFound', /index.handler/],
    ['Huge', 'Function.ResponseSizeTooLarge', /6291556/],
  ])('%s fails as %s, twice alike, and is reported by name', async (name, errorType, message) => {
    for (const _time of [1, 2]) {
      const outcome = await invoke(name);
      expect(outcome).toMatchObject({ ok: false, error: { errorType, errorMessage: expect.stringMatching(message) } });
    }
    expect(reported.some((line) => line.startsWith(`${name}: ${errorType}`))).toBe(true);
  });

  test('ends when its worker is killed, and the next one gets another worker', async () => {
    const first = await invoke('Worker', false);
    const stuck = invoke('Worker', true);
    if (first.ok) lambda.kill(String(first.payload));
    expect(await stuck).toMatchObject({ ok: false, error: { errorType: 'Runtime.ExitError' } });
    const second = await invoke('Worker', false);
    expect(second.ok && first.ok && second.payload !== first.payload).toBe(true);
  });
});

describe('logs', () => {
  test('go to a file of the function, and errors to the console', async () => {
    await invoke('Logs');
    await expect.poll(() => reported).toContain('Logs: unable to store: AccessDeniedException no');
    await expect
      .poll(() => readFileSync(join(folder, 'logs', 'Logs.log'), 'utf8'))
      .toMatch(/^hello\n\{"level":"ERROR"/);
  });

  test.each([
    ['a plain line is no error', 'hello', undefined],
    ['an information line is none', '{"level":"INFO","message":"sent"}', undefined],
    ['AccessDenied anywhere is one', 'AccessDeniedException: x', 'AccessDeniedException: x'],
    [
      'the cause is told',
      '{"level":"ERROR","message":"m","error":{"name":"A","message":"b","cause":{"name":"C","message":"d"}}}',
      'm: A b, because of C d',
    ],
  ])('%s', (_sentence, line, expected) => {
    expect(errorIn(line)).toBe(expected);
  });
});
