import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { lockDataFolder } from '../../../../local/data-folder.ts';
import { synthesise } from '../../../../local/synth.ts';

let root: string;
let data: string;

/** An app that counts how often it was synthesised. */
const app = `import { appendFileSync } from 'node:fs';
appendFileSync(process.env.CDK_OUTDIR + '/runs', 'x');`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-root-'));
  data = join(root, '.parley');
  for (const folder of ['bin', 'lib/constructs', 'lambdas', 'contract'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of ['cdk.json', 'package-lock.json', 'tsconfig.json']) writeFileSync(join(root, file), '{}');
  writeFileSync(join(root, 'bin/parley.ts'), app);
});

const runs = () => readFileSync(join(data, 'cdk.out/runs'), 'utf8').length;

describe('synthesis', () => {
  test('runs once for the same inputs, and again when one of them changes, comes or goes', async () => {
    const assembly = await synthesise(root, data);
    expect(assembly.template).toBe(join(data, 'cdk.out/Parley-local.template.json'));
    await synthesise(root, data);
    expect(runs()).toBe(1);
    writeFileSync(join(root, 'lib/constructs/table.ts'), '');
    await synthesise(root, data);
    expect(runs()).toBe(2);
    rmSync(join(root, 'lib/constructs/table.ts'));
    await synthesise(root, data);
    expect(runs()).toBe(3);
  });

  test.each([
    [
      'says itself what is wrong',
      "console.error('set -c issuer=…'); process.exitCode = 1;",
      /; set -c issuer=…; fix it/,
    ],
    ['throws', "throw new TypeError('no such table');", /; TypeError: no such table; fix it/],
    ['ends without a word', 'process.exit(2);', /says nothing/],
  ])('that fails tells the reason in one sentence: the app %s', async (_sentence, source, reason) => {
    writeFileSync(join(root, 'bin/parley.ts'), source);
    const error = await synthesise(root, data).catch(String);
    expect(error).toMatch(reason);
    expect(error).not.toContain('\n');
    writeFileSync(join(root, 'bin/parley.ts'), app);
    await synthesise(root, data);
    expect(runs()).toBe(1);
  });
});

test('a data folder belongs to one host until it lets go', () => {
  const release = lockDataFolder(data);
  expect(() => lockDataFolder(data)).toThrow(`another local host uses ${data}`);
  release();
  lockDataFolder(data)();
});
