import { fileURLToPath } from 'node:url';
import { createAwsEndpoint } from './aws/endpoint.ts';
import { createClock } from './clock.ts';
import { createControl } from './control/control.ts';
import { openIdentity } from './control/identity.ts';
import { lockDataFolder } from './data-folder.ts';
import { type Database, startDatabase } from './dynamodb/database.ts';
import { createDynamoDbService } from './dynamodb/service.ts';
import { tablesOf } from './dynamodb/table-definition.ts';
import { type EventSources, startEventSources } from './event-sources/event-sources.ts';
import type { Pump } from './event-sources/pump.ts';
import type { SentEvent } from './events/put-event.ts';
import { createEventsService } from './events/service.ts';
import { createFaults } from './faults.ts';
import { httpApiOf } from './http/http-api.ts';
import { createHttpGateway } from './http/http-gateway.ts';
import { createIam } from './iam/iam.ts';
import { openKeptList } from './kept-list.ts';
import { startAsyncInvocations } from './lambda/async-invocations.ts';
import { functionsOf } from './lambda/function-config.ts';
import type { Report } from './lambda/function-log.ts';
import { createLambdaService } from './lambda/lambda-service.ts';
import { createMeter } from './meter.ts';
import { publicRoutes } from './public-routes.ts';
import { listenPublicly, type PublicServer } from './public-server.ts';
import { openObjects } from './s3/objects.ts';
import { createS3Gateway, S3_PATH } from './s3/s3-gateway.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { openSchedules } from './scheduler/schedules.ts';
import { createSchedulerService } from './scheduler/service.ts';
import { createPushControl } from './sns/push-control.ts';
import { createPushEndpoints } from './sns/push-endpoints.ts';
import { createPushPlatforms } from './sns/push-platforms.ts';
import { createPushSink } from './sns/push-sink.ts';
import { createSnsService } from './sns/service.ts';
import { createQueues } from './sqs/queues.ts';
import { createSqsService } from './sqs/service.ts';
import { openStore } from './store.ts';
import { type Assembly, synthesise } from './synth.ts';
import { loadTemplate } from './template.ts';
import type { Deployment } from './types.ts';
import type { Connection } from './websocket/connection.ts';
import { createConnectionManagement } from './websocket/connection-management.ts';
import { webSocketApiOf } from './websocket/websocket-api.ts';
import { createWebSocketGateway } from './websocket/websocket-gateway.ts';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const target = { stackName: 'Parley-local', region: 'us-east-1', accountId: '000000000000' };

export interface HostOptions {
  dataFolder: string;
  port: number;
  /** Shows a line about a function's error. */
  report: Report;
}

export interface Host {
  port: number;
  /** Lets what runs come to its end, and keeps all data. */
  close(): Promise<void>;
}

type Closers = (() => unknown)[];

/** Everything that AWS would be, on this machine. When it can't start, it throws one sentence that says what to do. */
export async function startHost(options: HostOptions): Promise<Host> {
  const closers: Closers = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    closers.push(lockDataFolder(options.dataFolder));
    const server = await listenPublicly(options.port);
    closers.push(server.close);
    await startBehind(server, options, closers);
    return { port: server.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startBehind(server: PublicServer, options: HostOptions, closers: Closers): Promise<void> {
  const { dataFolder } = options;
  const clock = createClock();
  const starting = startDatabase({ folder: dataFolder, clock });
  closers.push(() =>
    starting.then(
      (database) => database.close(),
      () => undefined,
    ),
  );
  const [assembly, database] = await Promise.all([synthesise(root, dataFolder), starting]);
  const deployment = await loadTemplate(assembly.template, target);
  await Promise.all(tablesOf(deployment).map((table) => database.ensureTable(table)));
  await startServices({ server, options, closers, clock, assembly, database, deployment });
}

interface Ground {
  server: PublicServer;
  options: HostOptions;
  closers: Closers;
  clock: ReturnType<typeof createClock>;
  assembly: Assembly;
  database: Database;
  deployment: Deployment;
}

/** The one place where the parts meet; nothing is decided here. */
async function startServices(ground: Ground): Promise<void> {
  const { server, options, closers, clock, assembly, database, deployment } = ground;
  const { region } = deployment;
  const meter = createMeter((id) => deployment.resources.get(id)?.name ?? id);
  const store = openStore(options.dataFolder);
  closers.push(() => store.close());
  const queues = createQueues({ deployment, store, clock });
  const push = {
    endpoints: createPushEndpoints(store),
    platforms: createPushPlatforms(),
    sink: createPushSink(store, clock),
  };
  const sent = openKeptList<SentEvent>(store, 'events');
  const faults = createFaults((caller) => lambda.kill(caller.workerId));
  const webSocketApi = webSocketApiOf(deployment);
  const connections = new Map<string, Connection>();

  // A mapping may invoke a function, and that function write, while others are still being started.
  let sources: EventSources | undefined;
  const notifyWrite = () => sources?.notifyWrite();
  const iam = createIam(deployment);
  const schedules = openSchedules(store);
  let scheduler: Pump | undefined;
  const services = {
    dynamodb: createDynamoDbService({ database, meter, deployment, notifyWrite }),
    events: createEventsService({ deployment, sent, clock, meter }),
    'execute-api': createConnectionManagement({ api: webSocketApi, connections, clock, meter }),
    scheduler: createSchedulerService({ deployment, schedules, iam, onChange: () => scheduler?.ring() }),
    sns: createSnsService({ ...push, meter }),
    sqs: createSqsService({ queues, meter }),
  };
  const endpoint = await createAwsEndpoint({ services, iam, faults });
  closers.push(endpoint.close);

  const functions = functionsOf(deployment, assembly.folder, {
    region,
    awsEndpoint: endpoint.url,
    identity: `http://127.0.0.1:${server.port}/_local`,
    buckets: `http://127.0.0.1:${server.port}${S3_PATH}`,
  });
  const lambda = createLambdaService(functions, {
    folder: options.dataFolder,
    clock,
    report: options.report,
    onInvoked: ({ id }, { billedMs, coldStart }) => meter.invocation(id, { ms: billedMs, cold: coldStart }),
  });
  closers.push(lambda.close);
  const { invoke } = lambda;
  sources = await startEventSources({ deployment, database, queues, invoke, meter, clock, store });
  closers.push(sources.close);
  const invocations = startAsyncInvocations({ deployment, store, queues, invoke, clock });
  closers.push(invocations.stop);
  scheduler = startScheduler({ deployment, schedules, invocations, clock, meter });
  closers.push(scheduler.stop);

  const gateway = createWebSocketGateway(webSocketApi, connections, { invoke, clock, meter });
  const identity = await openIdentity(options.dataFolder, functions, clock);
  const startedAt = Date.now();
  const control = createControl({
    identity,
    meter,
    faults,
    push: createPushControl(push),
    events: sent,
    health: () => ({ connections: connections.size, now: new Date(clock.now()), uptimeMs: Date.now() - startedAt }),
    functionId: (name) => functionNamed(deployment, name),
    clock,
    deliverDisconnects: gateway.deliverDisconnects,
  });
  const objects = openObjects(store, options.dataFolder, clock);
  const s3 = createS3Gateway({ deployment, objects, iam, faults, clock });
  const http = createHttpGateway(httpApiOf(deployment), { invoke, clock, meter });
  server.serve(publicRoutes({ control, http, webSocket: gateway, s3 }));
  closers.push(gateway.close, server.refuse);
}

function functionNamed(deployment: Deployment, name: string): string {
  const found = deployment.ofType('AWS::Lambda::Function').find((resource) => resource.name === name);
  if (found) return found.logicalId;
  throw new Error(`the template has no function named ${name}`);
}
