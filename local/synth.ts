import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything that the template and the bundles are made of, from the repository's root. */
const inputs = ['bin', 'lib', 'lambdas', 'contract', 'cdk.json', 'package-lock.json', 'tsconfig.json'];

export interface Assembly {
  folder: string;
  template: string;
}

/** Synthesises the CDK app for the stage `local`, unless nothing changed since it was done last. */
export async function synthesise(root: string, dataFolder: string): Promise<Assembly> {
  const folder = join(dataFolder, 'cdk.out');
  const stamp = join(dataFolder, 'cdk.out.inputs');
  const hash = await hashOf(root);
  if ((await readFile(stamp, 'utf8').catch(() => '')) !== hash) {
    await rm(stamp, { force: true });
    await mkdir(folder, { recursive: true });
    await run(root, folder);
    await writeFile(stamp, hash);
  }
  return { folder, template: join(folder, 'Parley-local.template.json') };
}

async function hashOf(root: string): Promise<string> {
  // What `-c` would say to the CDK's own command line.
  const hash = createHash('sha256').update(process.env.CDK_CONTEXT_JSON ?? '');
  for (const file of await filesBelow(root, inputs)) hash.update(`${file}\0`).update(await readFile(join(root, file)));
  return hash.digest('hex');
}

async function filesBelow(root: string, paths: string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true }).catch(() => undefined);
      const files = entries?.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      return files?.map((file) => file.slice(root.length + 1)) ?? [path];
    }),
  );
  return found.flat().sort();
}

/** The CDK command line is not needed for this, and would take several times as long. */
async function run(root: string, folder: string): Promise<void> {
  const environment = { ...process.env, CDK_OUTDIR: folder };
  const child = spawn(process.execPath, ['bin/parley.ts'], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`unable to synthesise the app; ${reasonIn(output)}; fix it and start again`);
}

/** The line that says what is wrong, without the stack around it. */
function reasonIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.find((line) => /error|«/i.test(line) && !/^\s*(at |throw |node:)|triggerUncaught/.test(line));
  return (telling ?? lines.at(-1) ?? 'bin/parley.ts says nothing').trim().replace(/[.;]$/, '');
}
