import { resolve } from 'node:path';
import { type Host, startHost } from './host.ts';

const drainLimitMs = 10_000;

const dataFolder = resolve(process.env.PARLEY_DATA ?? '.parley');
const port = Number(process.env.PORT ?? 4000);

try {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT must be a port number, not ${process.env.PORT}`);
  const host = await startHost({ dataFolder, port, report: (line) => console.error(line) });
  console.log(screen(host.port));
  process.once('SIGINT', () => stop(host));
  process.once('SIGTERM', () => stop(host));
} catch (error) {
  console.error(sentence(error));
  process.exitCode = 1;
}

/** A second signal ends the host at once, which is Node's own way: the first took the only listener away. */
async function stop(host: Host): Promise<void> {
  setTimeout(() => process.exit(0), drainLimitMs).unref();
  await host.close();
  process.exit(0);
}

/** A plain error is meant for whoever started the host; any other is a mistake of ours and needs its stack. */
function sentence(error: unknown): string {
  if (error instanceof Error) return error.constructor === Error ? error.message : (error.stack ?? error.message);
  return String(error);
}

function screen(openPort: number): string {
  const origin = `localhost:${openPort}`;
  const seconds = (performance.now() / 1000).toFixed(1);
  return `Parley is ready after ${seconds} s. Ctrl-C stops it; its data stays in ${dataFolder}.

  HTTP API        http://${origin}/v1
  WebSocket API   ws://${origin}/ws
  Development     http://${origin}/_local   health, token, clock, sns, events, meter, faults

  TOKEN=$(curl -s ${origin}/_local/token -d '{"userId":"alice"}' | cut -d'"' -f4)
  npx wscat -c ws://${origin}/ws -H "authorization: Bearer $TOKEN"
`;
}
