import { globSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

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

/** 8 KiB, most of them a library of data structures, for a cache that stays empty. */
const noEndpointCache = { '@aws-sdk/endpoint-cache': join(lambdas, 'runtime/no-endpoint-cache.ts') };

const options = {
  absWorkingDir: root,
  outdir: build,
  bundle: true,
  minify: true,
  treeShaking: true,
  platform: 'node',
  target: 'node24',
  // Written as ESM, emitted as CommonJS: an ES module that imports node:http loads undici at start, 20 to 30 ms (nodejs/node#59686).
  format: 'cjs',
  mainFields: ['module', 'main'],
  alias: { ...environmentCredentials, ...noEndpointCache },
  // The SDK imports it at the first event stream that it meets, and no operation of ours has one: 15 KiB of every bundle.
  external: ['@smithy/core/event-streams'],
  // Each client brings its whole package.json, for a version in the header User-Agent that nobody here reads: 2 KiB each.
  loader: { '.json': 'empty' },
  legalComments: 'none',
  /**
   * Linked, but no function runs with --enable-source-maps: it reads the map at every cold start (50 ms to load FanOut became
   * 66 ms). Whoever hunts an error sets NODE_OPTIONS on that one function, and the map is in place.
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
  const bundled: string[] = [];
  return (entry) => {
    if (bundled.length === 0) {
      bundled.push(...entries());
      bundle(...bundled);
    }
    if (!bundled.includes(entry))
      throw new Error(`unable to bundle ${entry}; lambdas/${entry}.lambda.ts does not exist`);
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
  const { outputFiles } = buildSync({ ...options, entryPoints });
  for (const { path, contents } of outputFiles) writeWhole(path, contents);
  // Wherever the folder lies, the nearest package.json must not call it an ES module, as the repository's does.
  for (const name of names) writeWhole(join(build, name, 'package.json'), Buffer.from('{"type":"commonjs"}\n'));
}

/** Bytes of each entry's bundle, as last built. */
export function bundleSizes(names = entries()): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, statSync(join(build, name, 'index.js')).size]));
}

/** Two syntheses may run at once, and neither may pick up half a file of the other. */
function writeWhole(path: string, contents: Uint8Array): void {
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
