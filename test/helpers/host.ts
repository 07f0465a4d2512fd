import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The last synthesised app, so that a new data folder needn't wait for another. The host itself checks if it is stale. */
const lastAssembly = join(root, 'build', 'last-assembly');

export interface TokenOptions {
  name?: string;
  scope?: string;
  phoneNumber?: string;
  expiresInSeconds?: number;
}

/** A local host in a process of its own. */
export interface TestHost {
  port: number;
  dataFolder: string;
  /** `http://localhost:<port>`; the API's routes are below `/v1`. */
  httpUrl: string;
  webSocketUrl: string;
  localUrl: string;
  token(userId: string, options?: TokenOptions): Promise<string>;
  /** Stops it as Ctrl-C does, and gives its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as kill -9 does. */
  kill(): Promise<void>;
  /** What it has printed so far. */
  output(): string;
}

export interface HostRequest {
  /** Without one, the host gets a new folder of its own, which is removed when it is stopped. */
  dataFolder?: string;
  /** Without one, a free port. */
  port?: number;
  environment?: Record<string, string>;
  /** As `-c` gives it to the stack: for a stage other than the one that all tests share. */
  context?: Record<string, string>;
}

/** Starts the real host and waits until it is ready; throws what it printed when it ends instead. */
export async function startHost({
  dataFolder,
  port = 0,
  environment = {},
  context,
}: HostRequest = {}): Promise<TestHost> {
  const given = context && { CDK_CONTEXT_JSON: JSON.stringify(context) };
  const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'parley-host-')));
  await seedAssembly(folder);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'local/main.ts'], {
    cwd: root,
    env: { ...process.env, ...environment, ...given, PARLEY_DATA: folder, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = collect(child);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const openPort = await readyPort(printed, ended).catch(async (error) => {
    if (!dataFolder) await rm(folder, { recursive: true, force: true });
    throw error;
  });
  if (!context) await keepAssembly(folder);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  const origin = `http://localhost:${openPort}`;
  return {
    port: openPort,
    dataFolder: folder,
    httpUrl: origin,
    webSocketUrl: `ws://localhost:${openPort}/ws`,
    localUrl: `${origin}/_local`,
    token: (userId, options) => tokenOf(origin, userId, options),
    stop: async () => {
      const status = await end('SIGTERM');
      if (!dataFolder) await rm(folder, { recursive: true, force: true });
      return status;
    },
    kill: async () => void (await end('SIGKILL')),
    output: printed.text,
  };
}

interface Printed {
  text(): string;
  onChange(listener: () => void): void;
}

function collect(child: ChildProcess): Printed {
  const listeners: (() => void)[] = [];
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      for (const listener of listeners) listener();
    });
  }
  return { text: () => text, onChange: (listener) => listeners.push(listener) };
}

/** The host prints its addresses when it is ready, and not before. */
async function readyPort(printed: Printed, ended: Promise<number | null>): Promise<number> {
  const ready = new Promise<number>((resolve) => {
    printed.onChange(() => {
      const port = /ws:\/\/localhost:(\d+)\/ws/.exec(printed.text())?.[1];
      if (port) resolve(Number(port));
    });
  });
  const failed = ended.then((status) => {
    throw new Error(`the host ended with ${status}: ${printed.text()}`);
  });
  return Promise.race([ready, failed]);
}

async function tokenOf(origin: string, userId: string, options: TokenOptions = {}): Promise<string> {
  const body = JSON.stringify({ userId, ...options });
  const response = await fetch(`${origin}/_local/token`, { method: 'POST', body });
  const answer = (await response.json()) as { token?: string; message?: string };
  if (!answer.token) throw new Error(answer.message ?? `no token, but status ${response.status}`);
  return answer.token;
}

const assemblyFiles = ['cdk.out', 'cdk.out.inputs'];

async function seedAssembly(folder: string): Promise<void> {
  if (existsSync(join(folder, 'cdk.out'))) return;
  await copyAssembly(lastAssembly, folder).catch(() => undefined);
}

/** Renamed into place whole, since test files run side by side. */
async function keepAssembly(folder: string): Promise<void> {
  if ((await inputsOf(folder)) === (await inputsOf(lastAssembly))) return;
  const mine = `${lastAssembly}.${randomUUID()}`;
  await copyAssembly(folder, mine);
  await rm(lastAssembly, { recursive: true, force: true });
  await rename(mine, lastAssembly).catch(() => rm(mine, { recursive: true, force: true }));
}

async function inputsOf(folder: string): Promise<string> {
  return readFile(join(folder, 'cdk.out.inputs'), 'utf8').catch(() => '');
}

async function copyAssembly(from: string, to: string): Promise<void> {
  for (const name of assemblyFiles) await cp(join(from, name), join(to, name), { recursive: true });
}
