import { expect, test } from 'vitest';
import { createMeter } from '../../../../local/meter.ts';

const KB = 1024;

test('table calls are counted in all and by the name of the function', () => {
  const meter = createMeter((id) => id.replace(/[0-9A-F]{8}$/, ''));
  meter.tableCall('SendMessage0A1B2C3D', 'PutItem', { readUnits: 0, writeUnits: 2 });
  meter.tableCall('SendMessage0A1B2C3D', 'PutItem', { readUnits: 0, writeUnits: 1 });
  meter.tableCall('FanOut0A1B2C3D', 'Query', { readUnits: 0.5, writeUnits: 0 });
  expect(meter.report().dynamodb).toEqual({
    readUnits: 0.5,
    writeUnits: 3,
    calls: { PutItem: 2, Query: 1 },
    byFunction: {
      SendMessage: { readUnits: 0, writeUnits: 3, calls: { PutItem: 2 } },
      FanOut: { readUnits: 0.5, writeUnits: 0, calls: { Query: 1 } },
    },
  });
});

test('every started millisecond of an invocation is billed', () => {
  const meter = createMeter();
  meter.invocation('FanOut', { ms: 1.2, cold: true });
  meter.invocation('FanOut', { ms: 3, cold: false });
  expect(meter.report().lambda).toEqual({ FanOut: { invocations: 2, billedMs: 5, coldStarts: 1 } });
});

test.each([
  [0, 1],
  [32 * KB, 1],
  [32 * KB + 1, 2],
  [128 * KB, 4],
])('a WebSocket message of %i bytes is %i billed', (bytes, billed) => {
  const meter = createMeter();
  meter.webSocketIn(bytes);
  meter.webSocketOut(bytes);
  expect(meter.report().apiGateway).toEqual({ webSocketIn: billed, webSocketOut: billed, httpRequests: 0 });
});

test('a report stays as it was, and a reset begins anew', () => {
  const meter = createMeter();
  const before = meter.report();
  meter.httpRequest();
  meter.publish();
  meter.sms(2);
  meter.event(64 * KB + 1);
  meter.queueRequest('arn:aws:sqs:us-east-1:000000000000:Retries', 65 * KB);
  meter.queueRequest('arn:aws:sqs:us-east-1:000000000000:Slices.fifo', 0);
  expect(before.apiGateway.httpRequests).toBe(0);
  expect(meter.report()).toMatchObject({
    apiGateway: { httpRequests: 1 },
    sns: { publishes: 1, smsParts: 2 },
    events: { entries: 2 },
    sqs: { requests: 2, fifoRequests: 1 },
  });
  meter.reset();
  expect(meter.report()).toEqual(before);
});
