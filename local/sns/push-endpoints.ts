import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws/service.ts';
import type { Store } from '../store.ts';

export type PushEndpoint = {
  arn: string;
  /** The ARN of its platform application. */
  application: string;
  token: string;
  userData: string;
  enabled: string;
};

type Attributes = Pick<PushEndpoint, 'token' | 'userData' | 'enabled'>;

/** Which endpoints are meant: one by its ARN, or all of a token, whatever their application. */
export interface EndpointChoice {
  endpointArn?: string | undefined;
  deviceToken?: string | undefined;
}

/** The device endpoints of the platform applications. */
export interface PushEndpoints {
  /** As SNS does it: the same endpoint for the same token, unless other attributes are asked for. */
  create(application: string, wanted: Partial<Attributes>): string;
  find(arn: string): PushEndpoint | undefined;
  matching(choice: EndpointChoice): PushEndpoint[];
  /** Changes what is given; throws NotFound for an unknown endpoint. */
  change(arn: string, wanted: Partial<Attributes>): void;
  remove(arn: string): void;
}

const MAX_TOKEN_BYTES = 8192;
const MAX_USER_DATA_BYTES = 2048;

export function createPushEndpoints(store: Store): PushEndpoints {
  const sql = statementsOf(store);
  const find = (arn: string) => sql.byArn.get(arn) as PushEndpoint | undefined;
  const withToken = (application: string, token: string) =>
    sql.byApplication.get(application, token) as PushEndpoint | undefined;

  return {
    create(application, { token = '', userData = '', enabled = 'true' }) {
      refuseUnfit(application, { token, userData });
      const existing = withToken(application, token);
      if (!existing) {
        const arn = `${application.replace(':app/', ':endpoint/')}/${randomUUID()}`;
        sql.insert.run(arn, application, token, userData, enabled);
        return arn;
      }
      if (existing.userData === userData && existing.enabled === enabled) return existing.arn;
      throw taken(existing);
    },
    find,
    matching: ({ endpointArn = null, deviceToken = null }) =>
      sql.byArnOrToken.all(endpointArn, deviceToken) as PushEndpoint[],
    change(arn, wanted) {
      const endpoint = find(arn);
      if (!endpoint) throw new AwsError(404, 'NotFound', 'Endpoint does not exist');
      const { token, userData, enabled } = { ...endpoint, ...wanted };
      refuseUnfit(endpoint.application, { token, userData });
      const other = withToken(endpoint.application, token);
      if (other && other.arn !== arn) throw taken(other);
      sql.update.run(token, userData, enabled, arn);
    },
    remove: (arn) => void sql.remove.run(arn),
  };
}

function statementsOf(store: Store) {
  const columns = 'SELECT arn, application, token, user_data AS userData, enabled FROM endpoints';
  return {
    byApplication: store.prepare(`${columns} WHERE application = ? AND token = ?`),
    byArn: store.prepare(`${columns} WHERE arn = ?`),
    byArnOrToken: store.prepare(`${columns} WHERE arn = ? OR token = ?`),
    insert: store.prepare('INSERT INTO endpoints (arn, application, token, user_data, enabled) VALUES (?, ?, ?, ?, ?)'),
    update: store.prepare('UPDATE endpoints SET token = ?, user_data = ?, enabled = ? WHERE arn = ?'),
    remove: store.prepare('DELETE FROM endpoints WHERE arn = ?'),
  };
}

/** For example `GCM`: an application's ARN ends in `:app/<platform>/<name>`. */
export function platformOf({ application }: Pick<PushEndpoint, 'application'>): string {
  return application.split('/')[1] ?? '';
}

function refuseUnfit(application: string, { token, userData }: Pick<Attributes, 'token' | 'userData'>): void {
  if (token === '') throw invalid('Token', 'Token is missing');
  if (platformOf({ application }).startsWith('APNS') && !/^[0-9a-f]{1,400}$/i.test(token)) {
    throw invalid('Token', 'iOS device tokens must be no more than 400 hexadecimal characters');
  }
  if (Buffer.byteLength(token) > MAX_TOKEN_BYTES) throw tooLong('Token', MAX_TOKEN_BYTES);
  if (Buffer.byteLength(userData) > MAX_USER_DATA_BYTES) throw tooLong('CustomUserData', MAX_USER_DATA_BYTES);
}

function taken({ arn }: PushEndpoint): AwsError {
  return invalid('Token', `Endpoint ${arn} already exists with the same Token, but different attributes.`);
}

function tooLong(parameter: string, bytes: number): AwsError {
  return invalid(parameter, `must be at most ${bytes} bytes long in UTF-8 encoding`);
}

export function invalid(parameter: string, reason: string): AwsError {
  return new AwsError(400, 'InvalidParameter', `Invalid parameter: ${parameter} Reason: ${reason}`);
}
