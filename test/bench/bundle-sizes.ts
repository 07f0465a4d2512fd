import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, type Figure } from './table.ts';

const build = join(import.meta.dirname, '../../build');
const aimKibibytes = { withSdk: 300, authorizer: 60 };

/** The largest of each kind, as the host's own synthesis left them. */
export function bundleSizes(): Figure[] {
  const bundles = globSync('*/*/index.js', { cwd: build }).map((path) => {
    const code = readFileSync(join(build, path));
    return {
      name: path.slice(0, -'/index.js'.length),
      kibibytes: code.length / 1_024,
      hasSdk: code.includes('aws-sdk'),
    };
  });
  const largest = (kind: string, of: typeof bundles, most: number): Figure[] => {
    const [first] = of.toSorted((a, b) => b.kibibytes - a.kibibytes);
    return first ? [atMost(`largest ${kind} (${first.name})`, first.kibibytes, most, 'KiB', 0)] : [];
  };
  return [
    ...largest(
      'bundle with the AWS SDK',
      bundles.filter(({ hasSdk }) => hasSdk),
      aimKibibytes.withSdk,
    ),
    ...largest(
      'authorizer',
      bundles.filter(({ name }) => name.includes('/authorize-')),
      aimKibibytes.authorizer,
    ),
  ];
}
