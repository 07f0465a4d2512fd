import { describe, expect, test, vi } from 'vitest';
import { createFaults, type FaultPoint, type FaultRule } from '../../../../local/faults.ts';

const caller = { functionId: 'SendMessage', workerId: 'worker-1' };
const at: FaultPoint = { service: 'dynamodb', operation: 'PutItem', caller };
const rule: FaultRule = { ...at, error: 'InternalServerError', when: 'before', times: 1 };

describe('a fault strikes', () => {
  const rows: [sentence: string, rule: Partial<FaultRule>, strikes: boolean][] = [
    ['the call that it names', {}, true],
    ['the function that it names', { function: 'SendMessage' }, true],
    ['no other function', { function: 'FanOut' }, false],
    ['no other service', { service: 'sqs' }, false],
    ['no other operation', { operation: 'GetItem' }, false],
    ['at no other time', { when: 'after' }, false],
  ];
  test.each(rows)('%s', (_, more, strikes) => {
    const faults = createFaults(() => {});
    faults.add([{ ...rule, ...more }]);
    const strike = () => faults.strike(at, 'before');
    if (strikes) expect(strike).toThrow(expect.objectContaining({ code: 'InternalServerError', status: 500 }));
    else expect(strike()).toBeUndefined();
  });

  test('as often as it says', () => {
    const faults = createFaults(() => {});
    faults.add([{ ...rule, error: 'timeout', times: 2 }]);
    expect([1, 2, 3].map(() => faults.strike(at, 'before'))).toEqual(['silence', 'silence', undefined]);
  });

  test('only after the calls that it lets go by', () => {
    const faults = createFaults(() => {});
    faults.add([{ ...rule, error: 'timeout', skip: 1 }]);
    expect([1, 2, 3].map(() => faults.strike(at, 'before'))).toEqual([undefined, 'silence', undefined]);
  });

  test('no more when the list is cleared', () => {
    const faults = createFaults(() => {});
    faults.add([rule]);
    faults.clear();
    expect(faults.strike(at, 'before')).toBeUndefined();
  });
});

test('a crash ends the worker that made the call', () => {
  const onCrash = vi.fn();
  const faults = createFaults(onCrash);
  faults.add([{ ...rule, error: 'crash' }]);
  expect(faults.strike(at, 'before')).toBe('silence');
  expect(onCrash).toHaveBeenCalledExactlyOnceWith(caller);
});
