export interface TableUnits {
  readUnits: number;
  writeUnits: number;
}

export interface MeterReport {
  dynamodb: TableUnits & {
    calls: Record<string, number>;
    byFunction: Record<string, TableUnits & { calls: Record<string, number> }>;
  };
  lambda: Record<string, { invocations: number; billedMs: number; coldStarts: number }>;
  apiGateway: { webSocketIn: number; webSocketOut: number; httpRequests: number };
  /** Pushes, and text messages as carriers count them. */
  sns: { publishes: number; smsParts: number };
  events: { entries: number };
  scheduler: { invocations: number };
  /** FIFO queues have a price of their own. */
  sqs: { requests: number; fifoRequests: number };
}

/** Counts what AWS would bill, in AWS's units. */
export interface Meter {
  tableCall(functionId: string, operation: string, units: TableUnits): void;
  /** Billed by the started millisecond. */
  invocation(functionId: string, run: { ms: number; cold: boolean }): void;
  /** WebSocket messages are billed in units of 32 KB. */
  webSocketIn(bytes: number): void;
  webSocketOut(bytes: number): void;
  httpRequest(): void;
  publish(): void;
  sms(parts: number): void;
  /** Events are billed in units of 64 KB. */
  event(bytes: number): void;
  scheduledInvocation(): void;
  /** SQS requests are billed in units of 64 KB. */
  queueRequest(queueArn: string, bytes: number): void;
  report(): MeterReport;
  reset(): void;
}

const WEB_SOCKET_UNIT = 32 * 1024;
const QUEUE_UNIT = 64 * 1024;
const EVENT_UNIT = 64 * 1024;

/** `nameOf` gives the name under which a function is reported, from its logical id. */
export function createMeter(nameOf: (functionId: string) => string = (id) => id): Meter {
  let report = empty();
  return {
    tableCall(functionId, operation, units) {
      addCall(report.dynamodb, operation, units);
      const own = entry(report.dynamodb.byFunction, nameOf(functionId), { readUnits: 0, writeUnits: 0, calls: {} });
      addCall(own, operation, units);
    },
    invocation(functionId, run) {
      const own = entry(report.lambda, nameOf(functionId), { invocations: 0, billedMs: 0, coldStarts: 0 });
      own.invocations += 1;
      own.billedMs += Math.ceil(run.ms);
      own.coldStarts += run.cold ? 1 : 0;
    },
    webSocketIn: (bytes) => {
      report.apiGateway.webSocketIn += unitsOf(bytes, WEB_SOCKET_UNIT);
    },
    webSocketOut: (bytes) => {
      report.apiGateway.webSocketOut += unitsOf(bytes, WEB_SOCKET_UNIT);
    },
    httpRequest: () => {
      report.apiGateway.httpRequests += 1;
    },
    publish: () => {
      report.sns.publishes += 1;
    },
    sms: (parts) => {
      report.sns.smsParts += parts;
    },
    event: (bytes) => {
      report.events.entries += unitsOf(bytes, EVENT_UNIT);
    },
    scheduledInvocation: () => {
      report.scheduler.invocations += 1;
    },
    queueRequest: (queueArn, bytes) => {
      report.sqs[queueArn.endsWith('.fifo') ? 'fifoRequests' : 'requests'] += unitsOf(bytes, QUEUE_UNIT);
    },
    report: () => structuredClone(report),
    reset: () => {
      report = empty();
    },
  };
}

function entry<Value>(entries: Record<string, Value>, key: string, initial: Value): Value {
  const value = entries[key] ?? initial;
  entries[key] = value;
  return value;
}

function addCall(total: TableUnits & { calls: Record<string, number> }, operation: string, units: TableUnits): void {
  total.readUnits += units.readUnits;
  total.writeUnits += units.writeUnits;
  total.calls[operation] = (total.calls[operation] ?? 0) + 1;
}

function unitsOf(bytes: number, unit: number): number {
  return Math.max(1, Math.ceil(bytes / unit));
}

function empty(): MeterReport {
  return {
    dynamodb: { readUnits: 0, writeUnits: 0, calls: {}, byFunction: {} },
    lambda: {},
    apiGateway: { webSocketIn: 0, webSocketOut: 0, httpRequests: 0 },
    sns: { publishes: 0, smsParts: 0 },
    events: { entries: 0 },
    scheduler: { invocations: 0 },
    sqs: { requests: 0, fifoRequests: 0 },
  };
}
