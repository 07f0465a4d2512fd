import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** Who signs the tokens of the users. */
export interface Identity {
  /** What a token's `iss` must say, for example `https://login.example.com/`. */
  issuer: string;
  /** What a token's `aud` must contain. */
  audience: string;
  /** Where the provider publishes its keys (a JSON Web Key Set). */
  jwksUrl: string;
}

/** SNS platform applications by the platform that a device registers with; those left out take no devices. */
export interface PlatformApplications {
  fcm?: string;
  apns?: string;
  apns_sandbox?: string;
}

/** Requests that API Gateway lets through to all clients together. The account's own quota stands above it. */
export interface Throttling {
  requestsPerSecond: number;
  burst: number;
}

/** Tokens that come in a second, and tokens that a user has at most. A usual request costs one of them. */
export interface Rate {
  perSecond: number;
  burst: number;
}

/** What one user may do by all connections and requests together. */
export interface RateLimits {
  /** All that every member of a conversation is told of: messages, edits, reactions. */
  send: Rate;
  /** Everything else. */
  request: Rate;
  /** By how much more a backend of scope `chat:service` may do. */
  serviceFactor: number;
}

/** How many SMS may be sent on a day of UTC: a guard of what they cost, whatever happens. */
export interface SmsLimits {
  perUserPerDay: number;
  /** To all users together. SNS has a monthly spending quota of the account above it. */
  perDay: number;
}

/** The AWS account and Region that a stage lives in. */
export interface Home {
  account: string;
  region: string;
}

/** Everything in which one stage may differ from another. */
export interface Stage {
  name: string;
  /** The only place where the stage may be deployed. Without it, wherever the credentials of the command lead. */
  home?: Home;
  identity: Identity;
  /** Accept the token as a query parameter of the WebSocket URL too. URLs end up in logs and browser histories. */
  allowQueryToken: boolean;
  /** Web origins that may call the APIs, or `*`. Tokens are never cookies, so that `*` exposes no session. */
  allowedOrigins: string[];
  logRetention: RetentionDays;
  /** Keep the table, the files and the logs when the stack is deleted, and refuse the deletion of the table. */
  protectData: boolean;
  /** How long a notification waits for its reader to see the message on another device first. SQS allows 0 to 900. */
  pushDelaySeconds: number;
  /** How long others are not told that a user has gone, who may be back in a moment. SQS allows 0 to 900. */
  presenceGraceSeconds: number;
  platformApplications: PlatformApplications;
  /** What becomes of a push in its reader's quiet hours: told when they are over, or never. */
  quietHours: 'defer' | 'drop';
  /** To readers who want it and whom no device of theirs could tell. */
  sms: SmsLimits | 'off';
  /** Tell the deployer's own systems what happens, by a bus of EventBridge: billed per event. */
  domainEvents: boolean;
  /** Files that messages carry. */
  attachments: {
    /** Media types that are taken: `image/png`, or all that begin alike, `image/*`. What may hold a script is never shown inline. */
    contentTypes: string[];
    /** What a user may upload on a day of UTC. */
    bytesPerUserAndDay: number;
  };
  limits: {
    membersPerGroup: number;
    /** Connects of one user in any minute. */
    connectsPerMinute: number;
    /** Connections that one user has at a time; with one more, the oldest is closed. */
    connectionsPerUser: number;
    rates: RateLimits;
  };
  /** For each of the two APIs. */
  throttling: Throttling;
  /** Trace functions with X-Ray: billed per trace. */
  tracing: boolean;
  /**
   * Log every connection and frame of the WebSocket API. API Gateway refuses it until the account and Region have a
   * CloudWatch role (`AWS::ApiGateway::Account`), which belongs to the account's owner and not to this stack.
   */
  webSocketAccessLogs: boolean;
}

/** A stage as written below: the identity may be left to the command line. */
type StageSettings = Omit<Stage, 'name' | 'identity'> & { identity: Partial<Identity> };

const rates: RateLimits = {
  send: { perSecond: 10, burst: 30 },
  request: { perSecond: 20, burst: 100 },
  serviceFactor: 10,
};

/** What people send each other. Nothing that a browser would run as a page of its own: no HTML. */
const contentTypes = [
  'image/*',
  'audio/*',
  'video/*',
  'application/pdf',
  'text/plain',
  'text/csv',
  'application/rtf',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.*',
  'application/vnd.oasis.opendocument.*',
  'application/zip',
  // What clients encrypted for each other.
  'application/octet-stream',
];

const defaults: StageSettings = {
  identity: {},
  allowQueryToken: false,
  allowedOrigins: ['*'],
  logRetention: RetentionDays.ONE_MONTH,
  protectData: false,
  pushDelaySeconds: 2,
  presenceGraceSeconds: 10,
  platformApplications: {},
  quietHours: 'defer',
  sms: 'off',
  domainEvents: true,
  attachments: { contentTypes, bytesPerUserAndDay: 1024 ** 3 },
  limits: { membersPerGroup: 1000, connectsPerMinute: 20, connectionsPerUser: 10, rates },
  throttling: { requestsPerSecond: 1000, burst: 500 },
  tracing: false,
  webSocketAccessLogs: false,
};

/** On one machine tests and benches stand in for people, and are faster. */
const localRates: RateLimits = {
  send: { perSecond: 100, burst: 300 },
  request: { perSecond: 200, burst: 1000 },
  serviceFactor: 10,
};

const localIssuer = 'https://identity.parley.local';
const localHome = { account: '000000000000', region: 'us-east-1' };
const localApplication = (platform: string) =>
  `arn:aws:sns:${localHome.region}:${localHome.account}:app/${platform}/parley-local`;

/** The stages that there are. Add one by adding a line. */
const stages: Record<string, StageSettings> = {
  /** This machine. The local host answers for the identity provider, and no real account has this number: `cdk deploy` refuses. */
  local: {
    ...defaults,
    home: localHome,
    identity: { issuer: localIssuer, audience: 'parley', jwksUrl: `${localIssuer}/jwks.json` },
    allowQueryToken: true,
    limits: { ...defaults.limits, rates: localRates },
    platformApplications: {
      fcm: localApplication('GCM'),
      apns: localApplication('APNS'),
      apns_sandbox: localApplication('APNS_SANDBOX'),
    },
    sms: { perUserPerDay: 10, perDay: 1000 },
  },
  dev: { ...defaults, logRetention: RetentionDays.ONE_WEEK, allowQueryToken: true },
  prod: {
    ...defaults,
    logRetention: RetentionDays.ONE_YEAR,
    protectData: true,
    throttling: { requestsPerSecond: 5000, burst: 2500 },
  },
};

/** A setting is missing or makes no sense. The message is one sentence for whoever typed the command. */
export class StageSettingError extends Error {
  override readonly name = 'StageSettingError';
}

/** Reads the stage named by `-c stage=` (default `local`); `-c issuer=`, `audience=`, `jwksUrl=` and `rates=` go before what is written here. */
export function readStage(contextValue: (key: string) => unknown): Stage {
  const given = (key: string) => {
    const value = contextValue(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const name = given('stage') ?? 'local';
  const settings = settingsOf(name);
  const identity = readIdentity(name, settings.identity, given);
  const limits = readLimits(settings, given('rates'));
  return validated({ ...settings, name, identity, limits });
}

/** With `-c rates=usual` the stage `local` limits its users as a deployed one does. */
function readLimits({ limits }: StageSettings, asked: string | undefined): Stage['limits'] {
  if (asked === undefined) return limits;
  if (asked === 'usual') return { ...limits, rates };
  throw new StageSettingError(`unable to read rates ${asked}; leave them to lib/stages.ts or say -c rates=usual`);
}

function settingsOf(name: string): StageSettings {
  const settings = Object.hasOwn(stages, name) ? stages[name] : undefined;
  if (settings) return settings;
  const known = Object.keys(stages).join(', ');
  throw new StageSettingError(
    `unable to read stage ${name}; lib/stages.ts knows ${known}: name one with -c stage=<name>`,
  );
}

function readIdentity(stage: string, written: Partial<Identity>, given: (key: string) => string | undefined): Identity {
  const missing: string[] = [];
  const read = (key: keyof Identity) => {
    const value = given(key) ?? written[key];
    if (value === undefined) missing.push(key);
    return value ?? '';
  };
  const identity = { issuer: read('issuer'), audience: read('audience'), jwksUrl: read('jwksUrl') };
  if (missing.length === 0) return identity;
  const options = missing.map((key) => `-c ${key}=<value>`).join(' ');
  throw new StageSettingError(
    `unable to read stage ${stage}; ${missing.join(', ')} not set: add ${options} to the command or write the value in lib/stages.ts`,
  );
}

type Check = [isRight: (stage: Stage) => boolean, complaint: string];

const checks: Check[] = [
  [({ identity }) => isHttpsUrl(identity.issuer), 'issuer must be an https URL'],
  [({ identity }) => isHttpsUrl(identity.jwksUrl), 'jwksUrl must be an https URL'],
  [({ allowedOrigins }) => allowedOrigins.length > 0, 'allowedOrigins must name an origin or *'],
  [
    ({ allowedOrigins }) => allowedOrigins.every(isOrigin),
    'allowedOrigins must be * or origins like https://chat.example.com',
  ],
  [
    ({ pushDelaySeconds }) => isWholeBetween(pushDelaySeconds, 0, 900),
    'pushDelaySeconds must be a whole number from 0 to 900',
  ],
  [
    ({ presenceGraceSeconds }) => isWholeBetween(presenceGraceSeconds, 0, 900),
    'presenceGraceSeconds must be a whole number from 0 to 900',
  ],
  [
    ({ limits }) => isWholeBetween(limits.membersPerGroup, 2, 1000),
    'limits.membersPerGroup must be a whole number from 2 to 1000',
  ],
  [
    // As many openings as the item of a user's connections keeps.
    ({ limits }) => isWholeBetween(limits.connectsPerMinute, 1, 30),
    'limits.connectsPerMinute must be a whole number from 1 to 30',
  ],
  [
    // An update names each that it forgets.
    ({ limits }) => isWholeBetween(limits.connectionsPerUser, 1, 50),
    'limits.connectionsPerUser must be a whole number from 1 to 50',
  ],
  [
    // What the dearest request of each class costs must fit: a forward to ten conversations, or the list of a page.
    ({ limits: { rates } }) => rates.send.burst >= 10 && rates.request.burst >= 10,
    'limits.rates.send.burst and limits.rates.request.burst must be 10 or more',
  ],
  [
    ({ limits: { rates } }) => rates.send.perSecond > 0 && rates.request.perSecond > 0 && rates.serviceFactor >= 1,
    'limits.rates must have perSecond above 0 and a serviceFactor of 1 or more',
  ],
  [
    ({ throttling }) => isWholeBetween(throttling.requestsPerSecond, 1, 1e6),
    'throttling.requestsPerSecond must be a whole number above 0',
  ],
  [({ throttling }) => isWholeBetween(throttling.burst, 1, 1e6), 'throttling.burst must be a whole number above 0'],
  [
    ({ sms }) => sms === 'off' || (isWholeBetween(sms.perUserPerDay, 1, 1e6) && isWholeBetween(sms.perDay, 1, 1e9)),
    'sms must be off or two whole numbers above 0',
  ],
  [
    ({ attachments: { contentTypes } }) => contentTypes.length > 0 && contentTypes.every(isTypePattern),
    'attachments.contentTypes must be media types like image/png or image/*, and none of HTML',
  ],
  [
    // The largest file that the contract allows must fit.
    ({ attachments }) => isWholeBetween(attachments.bytesPerUserAndDay, 100 * 1024 ** 2, Number.MAX_SAFE_INTEGER),
    'attachments.bytesPerUserAndDay must be 104857600 or more',
  ],
  [
    ({ platformApplications }) => Object.entries(platformApplications).every(isApplication),
    'platformApplications must be ARNs of SNS applications of their platform',
  ],
];

/** Returns the stage as it came, or says at once everything that is wrong with it. */
export function validated(stage: Stage): Stage {
  const complaints = checks.filter(([isRight]) => !isRight(stage)).map(([, complaint]) => complaint);
  if (complaints.length === 0) return stage;
  throw new StageSettingError(
    `unable to read stage ${stage.name}; ${complaints.join(', ')}: correct it in lib/stages.ts or with -c`,
  );
}

function isHttpsUrl(value: string): boolean {
  return URL.canParse(value) && new URL(value).protocol === 'https:';
}

function isOrigin(value: string): boolean {
  return value === '*' || (URL.canParse(value) && new URL(value).origin === value);
}

/** Not `*` alone, nor `text/*`: a page that a user uploads is a page of the bucket's origin. */
function isTypePattern(pattern: string): boolean {
  const isPattern = /^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*\*?)$/.test(pattern);
  const matches = (type: string) => (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern);
  return isPattern && !['text/html', 'application/xhtml+xml'].some(matches);
}

function isWholeBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

const snsPlatforms: Record<string, string> = { fcm: 'GCM', apns: 'APNS', apns_sandbox: 'APNS_SANDBOX' };

function isApplication([platform, arn]: [string, string]): boolean {
  return new RegExp(`^arn:[a-z-]+:sns:[a-z0-9-]+:\\d{12}:app/${snsPlatforms[platform]}/[\\w.-]+$`).test(arn);
}
