import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** A running dynoxide: DynamoDB's protocol at `endpoint`. */
export interface Dynoxide {
  endpoint: string;
  close(): Promise<void>;
}

/**
 * Runs "$@" until it ends or the host's end of our standard input closes, which it does even when the host is killed by
 * signal 9: so no database outlives its host. Killing the database is safe: it syncs every commit to its log.
 */
const DIE_WITH_HOST = 'exec 3<&0; "$@" 3<&- & database=$!; { read -r _ <&3; kill -9 $database; } & wait $database';

type DynoxideProcess = ChildProcessByStdio<Writable, null, Readable>;

/** Starts dynoxide on free loopback ports. Without a file the data lives in memory. */
export async function startDynoxide(file: string | undefined): Promise<Dynoxide> {
  const port = await freePort();
  const storage = file === undefined ? [] : ['--db-path', file];
  const command = [binary(), 'serve', '--port', String(port), ...storage];
  // Detached: a Ctrl-C in the terminal must reach the host alone, which still needs the database to drain.
  const child = spawn('sh', ['-c', DIE_WITH_HOST, 'sh', ...command], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  await listening(child);
  return { endpoint: `http://127.0.0.1:${port}`, close: () => stop(child) };
}

function binary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dynoxide');
  } catch (cause) {
    throw new Error(
      `unable to start the database; ${name} is not installed: run \`npm ci\` on a platform that has it, or set DYNAMODB_ENDPOINT to another DynamoDB-compatible endpoint`,
      { cause },
    );
  }
}

/** Dynoxide announces itself on standard error, like everything it says. */
async function listening(child: DynoxideProcess): Promise<void> {
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.startsWith('Dynoxide listening')) {
      child.stderr.resume();
      return;
    }
  }
  throw new Error(`unable to start the database; it said: ${said.join(' ')}`);
}

async function stop(child: DynoxideProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin.end();
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('unable to find a free port');
  return address.port;
}
