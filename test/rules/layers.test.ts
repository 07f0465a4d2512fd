import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const lambdas = 'lambdas';

interface Layer {
  name: string;
  files: string;
  rule: string;
  /** Folders of this repository, besides its own, that it may import from; those after `types` only types. */
  may: string[];
  types?: string[];
  /** Packages and Node modules. */
  packages?: RegExp;
}

const anything = /./;
const aws = /^@aws-sdk\/|^aws-lambda$/;

const layers: Layer[] = [
  {
    name: 'contract',
    files: 'contract/**/*.ts',
    rule: 'contract is what clients see: it imports zod/mini and nothing else',
    may: [],
    packages: /^zod\/mini$/,
  },
  {
    name: 'domain',
    files: `${lambdas}/domain/**/*.ts`,
    rule: 'domain is pure: it imports nothing but the types of contract',
    may: [],
    types: ['contract'],
  },
  {
    name: 'app',
    files: `${lambdas}/app/**/*.ts`,
    rule: 'app is recipes over ports: it imports domain and contract, no AWS, no Node',
    may: [`${lambdas}/domain`, 'contract'],
  },
  {
    name: 'data',
    files: `${lambdas}/data/**/*.ts`,
    rule: 'data implements ports: it imports their types, domain and runtime, never outbound, app or edge',
    may: [`${lambdas}/domain`, `${lambdas}/runtime`, 'contract'],
    types: [`${lambdas}/app`],
    packages: /^@aws-sdk\/(client-dynamodb|lib-dynamodb|util-dynamodb)$/,
  },
  {
    name: 'outbound',
    files: `${lambdas}/outbound/**/*.ts`,
    rule: 'outbound implements ports: it imports their types, domain and runtime, never data, app or edge',
    may: [`${lambdas}/domain`, `${lambdas}/runtime`, 'contract'],
    types: [`${lambdas}/app`],
    packages: anything,
  },
  {
    name: 'edge',
    files: `${lambdas}/edge/**/*.ts`,
    rule: 'edge speaks to API Gateway and Lambda: it imports domain, contract and runtime, never data, outbound or an AWS client',
    may: [`${lambdas}/domain`, `${lambdas}/runtime`, 'contract'],
    types: [`${lambdas}/app`, 'aws-lambda'],
    packages: /^(@middy\/core|jose|zod\/mini|@aws-lambda-powertools\/.+)$/,
  },
  {
    name: 'runtime',
    files: `${lambdas}/runtime/**/*.ts`,
    rule: 'runtime is the bottom: it knows no word of chat and imports nothing of ours',
    may: [],
    packages: anything,
  },
  {
    name: 'entries',
    files: `${lambdas}/{websocket,http,stream,queue,schedule}/*.ts`,
    rule: 'an entry wires and imports no other entry',
    may: ['app', 'data', 'domain', 'edge', 'outbound', 'runtime', 'wiring']
      .map((layer) => `${lambdas}/${layer}`)
      .concat('contract'),
  },
  {
    name: 'wiring',
    files: `${lambdas}/wiring/**/*.ts`,
    rule: 'wiring is what entries would say alike: it imports what they may',
    may: ['app', 'data', 'domain', 'edge', 'outbound', 'runtime'].map((layer) => `${lambdas}/${layer}`),
  },
  {
    name: 'lib',
    files: '{lib,bin}/**/*.ts',
    rule: 'lib describes infrastructure: it imports no run-time code',
    may: ['lib', 'cdk.json'],
    packages: anything,
  },
  {
    name: 'local',
    files: 'local/**/*.ts',
    rule: 'local runs the template and the bundles: it imports nothing else of ours',
    may: [],
    packages: anything,
  },
];

interface Import {
  target: string;
  isType: boolean;
}

const importPattern = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(importPattern)].map(([, type, specifier = '']) => ({
    target: specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier,
    isType: type !== undefined,
  }));
}

const isWithin = (target: string, folder: string) => target === folder || target.startsWith(`${folder}/`);

function isAllowed({ may, types = [], packages }: Layer, own: string, { target, isType }: Import): boolean {
  if ([own, ...may].some((folder) => isWithin(target, folder))) return true;
  if (isType && types.some((folder) => isWithin(target, folder))) return true;
  const isOurs = /\.(ts|json)$/.test(target);
  return !isOurs && packages !== undefined && packages.test(target);
}

describe('the layers', () => {
  it.each(layers)('$rule', (layer) => {
    const files = globSync(layer.files, { cwd: root });
    expect(files.length).toBeGreaterThan(0);
    const breaches = files.flatMap((file) => {
      const own =
        layer.name === 'entries'
          ? 'no other entry'
          : dirname(file)
              .split('/')
              .slice(0, isWithin(file, lambdas) ? 2 : 1)
              .join('/');
      return importsOf(file)
        .filter((imported) => !isAllowed(layer, own, imported))
        .map(({ target }) => `${file} imports ${target}: ${layer.rule}`);
    });
    expect(breaches).toEqual([]);
  });

  it('see every import: the pattern finds those that this file itself has', () => {
    const found = importsOf(relative(root, import.meta.filename)).map(({ target }) => target);
    expect(found).toEqual(['node:fs', 'node:path', 'vitest']);
  });

  it('leave no folder of lambdas out', () => {
    const covered = new Set(layers.flatMap(({ files }) => globSync(files, { cwd: root })));
    expect(globSync(`${lambdas}/**/*.ts`, { cwd: root }).filter((file) => !covered.has(file))).toEqual([]);
  });
});

describe('the core', () => {
  const sourcesOf = (pattern: string) =>
    globSync(pattern, { cwd: root }).map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }));

  it.each([
    {
      rule: 'domain and app take time and chance as they are handed in',
      pattern: 'lambdas/{domain,app}/**/*.ts',
      forbidden: /Date\.now|Math\.random|new Date\(\)|process\.env|setTimeout/,
    },
    {
      rule: 'only edge, data and outbound catch errors, and app where a conversation fails alone',
      pattern: 'lambdas/{domain,runtime,wiring,websocket,http,stream,queue,schedule}/**/*.ts',
      forbidden: /\bcatch\b/,
    },
    {
      rule: 'only keys.ts and items.ts know how a key is written',
      pattern: 'lambdas/{app,domain,edge,outbound,websocket,http,stream,queue,schedule}/**/*.ts',
      forbidden: /['"`](CONV|USER|MEMBER|MSG|DEVICE)#/,
    },
    {
      rule: 'an entry decides nothing',
      pattern: 'lambdas/{wiring,websocket,http,stream,queue,schedule}/*.ts',
      forbidden: /\bif\s*\(|\bfor\s*\(|\bwhile\s*\(/,
    },
    { rule: 'zod comes as zod/mini', pattern: '{contract,lambdas}/**/*.ts', forbidden: /from 'zod'/ },
  ])('$rule', ({ pattern, forbidden }) => {
    const sources = sourcesOf(pattern);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter(({ source }) => forbidden.test(source)).map(({ file }) => file)).toEqual([]);
  });

  it('no layer but data, outbound and runtime speaks to AWS', () => {
    const breaches = sourcesOf('lambdas/{domain,app,edge}/**/*.ts').filter(({ file }) =>
      importsOf(file).some(({ target, isType }) => aws.test(target) && !isType),
    );
    expect(breaches.map(({ file }) => file)).toEqual([]);
  });
});
