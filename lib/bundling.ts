import { globSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync, type OutputFile } from 'esbuild';

const root = join(import.meta.dirname, '..');
const lambdas = join(root, 'lambdas');
const build = join(root, 'build');

/**
 * Lambda hands credentials to a function by environment variables alone, so that the SDK's search for them in files,
 * metadata services and sign-on sessions is a third of the bundle for nothing. Drop this alias where credentials come
 * from a container endpoint (Lambda Managed Instances).
 */
const environmentCredentials = {
  '@aws-sdk/credential-provider-node': join(lambdas, 'runtime/environment-credentials.ts'),
};

const options = {
  absWorkingDir: root,
  outbase: lambdas,
  outdir: build,
  bundle: true,
  minify: true,
  treeShaking: true,
  platform: 'node',
  target: 'node24',
  // Written as ESM, emitted as CommonJS: an ES module that imports node:http loads undici at start, 20 to 30 ms (nodejs/node#59686).
  format: 'cjs',
  mainFields: ['module', 'main'],
  alias: environmentCredentials,
  legalComments: 'none',
  /**
   * Linked, but no function runs with --enable-source-maps: reading the maps costs start time at every cold start, and
   * stack traces are rare. Whoever hunts one sets NODE_OPTIONS on that function and has the map in place.
   */
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  write: false,
} satisfies BuildOptions;

/** Gives a function's code by the path of its entry below `lambdas`, without `.lambda.ts`: `websocket/connect`. */
export type CodeOf = (entry: string) => Code;

/** Bundles every entry in one pass, on the first call, and hands out the code of each. */
export function bundledCode(): CodeOf {
  let bundled = false;
  return (entry) => {
    if (!bundled) bundle(...entries());
    bundled = true;
    return Code.fromAsset(join(build, entry));
  };
}

/** Every `*.lambda.ts`, as the stack names them. */
export function entries(): string[] {
  return globSync('*/*.lambda.ts', { cwd: lambdas })
    .map((path) => path.replaceAll('\\', '/').slice(0, -'.lambda.ts'.length))
    .sort();
}

/** Bundles these entries to `build/<entry>/index.js`, each with its map beside it. */
export function bundle(...names: string[]): void {
  const entryPoints = names.map((name) => ({ in: join(lambdas, `${name}.lambda.ts`), out: join(name, 'index') }));
  buildSync({ ...options, entryPoints }).outputFiles.forEach(writeWhole);
}

/** Bytes of an entry's bundle, as it was last built. */
export function bundledBytes(entry: string): number {
  return statSync(join(build, entry, 'index.js')).size;
}

/** Two syntheses may run at once, and neither may pick up half a file of the other. */
function writeWhole({ path, contents }: OutputFile): void {
  if (holds(path, contents)) return;
  const draft = join(build, `.${process.pid}.tmp`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(draft, contents);
  renameSync(draft, path);
}

function holds(path: string, contents: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(contents);
  } catch {
    return false;
  }
}
