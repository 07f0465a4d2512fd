/**
 * Makes SNS's platform application of a stage from the credentials that Firebase or Apple gave, or gives it new ones. CloudFormation
 * has no resource for it. `npm run push:setup -- --help` says how.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  CreatePlatformApplicationCommand,
  paginateListPlatformApplications,
  SetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';

export const usage = `npm run push:setup -- --stage <name> --platform fcm --credentials service-account.json
npm run push:setup -- --stage <name> --platform apns|apns_sandbox --credentials AuthKey.p8 --key-id <id> --team-id <id> --bundle-id <id>
  --dry-run  says what it would do, and asks nothing of AWS`;

const platforms = { fcm: 'GCM', apns: 'APNS', apns_sandbox: 'APNS_SANDBOX' } as const;
type Platform = keyof typeof platforms;

export interface Setup {
  stage: string;
  platform: Platform;
  attributes: Record<string, string>;
  isDryRun: boolean;
}

/** What the command line says; throws one sentence where it says too little. */
export function readSetup(args: string[], readFile: (path: string) => string): Setup {
  const { values } = parseArgs({
    args,
    options: {
      stage: { type: 'string' },
      platform: { type: 'string' },
      credentials: { type: 'string' },
      'key-id': { type: 'string' },
      'team-id': { type: 'string' },
      'bundle-id': { type: 'string' },
      'dry-run': { type: 'boolean' },
    },
  });
  const { platform = '' } = values;
  if (!isPlatform(platform)) throw new Error('unable to set up push; --platform must be fcm, apns or apns_sandbox');
  const needed = platform === 'fcm' ? fcmOptions : appleOptions;
  const missing = needed.filter((name) => !values[name]);
  if (missing.length > 0) throw new Error(`unable to set up push; missing: --${missing.join(', --')}`);
  const credential = readFile(values.credentials ?? '');
  return {
    stage: values.stage ?? '',
    platform,
    attributes: {
      PlatformCredential: platform === 'fcm' ? serviceAccount(credential) : credential,
      ...(platform !== 'fcm' && {
        PlatformPrincipal: values['key-id'] ?? '',
        ApplePlatformTeamID: values['team-id'] ?? '',
        ApplePlatformBundleID: values['bundle-id'] ?? '',
      }),
    },
    isDryRun: values['dry-run'] ?? false,
  };
}

const fcmOptions = ['stage', 'credentials'] as const;
const appleOptions = [...fcmOptions, 'key-id', 'team-id', 'bundle-id'] as const;

const isPlatform = (text: string): text is Platform => Object.hasOwn(platforms, text);

/** A key of the older API, or another file, would be found out only at the first push. */
function serviceAccount(text: string): string {
  if (JSON.parse(text).type === 'service_account') return text;
  throw new Error('unable to set up push; --credentials must be a service account of Firebase, as JSON');
}

/** Makes the application, or gives it these credentials where it is there already, with all its devices. Gives its ARN. */
export async function setUpPush(client: SNSClient, { stage, platform, attributes }: Setup): Promise<string> {
  const Platform = platforms[platform];
  const Name = `parley-${stage}`;
  const existing = await findApplication(client, `:app/${Platform}/${Name}`);
  if (existing) {
    await client.send(
      new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn: existing, Attributes: attributes }),
    );
    return existing;
  }
  const { PlatformApplicationArn = '' } = await client.send(
    new CreatePlatformApplicationCommand({ Platform, Name, Attributes: attributes }),
  );
  return PlatformApplicationArn;
}

async function findApplication(client: SNSClient, ending: string): Promise<string | undefined> {
  for await (const { PlatformApplications = [] } of paginateListPlatformApplications({ client }, {})) {
    const found = PlatformApplications.find(({ PlatformApplicationArn }) => PlatformApplicationArn?.endsWith(ending));
    if (found) return found.PlatformApplicationArn;
  }
  return undefined;
}

/** Of secrets, the names alone. */
export const plannedBy = ({ stage, platform, attributes }: Setup): string =>
  `would make or change the SNS platform application ${platforms[platform]}/parley-${stage}, with ${Object.keys(attributes).join(', ')}`;

async function main(args: string[]): Promise<void> {
  if (args.includes('--help')) return console.log(usage);
  const setup = readSetup(args, (path) => readFileSync(path, 'utf8'));
  if (setup.isDryRun) return console.log(plannedBy(setup));
  const arn = await setUpPush(new SNSClient(), setup);
  console.log(`In lib/stages.ts, stage ${setup.stage}:\n  platformApplications: { ${setup.platform}: '${arn}' }`);
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
