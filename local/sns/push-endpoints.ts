import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws/service.ts';
import type { Store } from '../store.ts';

export interface PushEndpoint {
  arn: string;
  token: string;
  userData: string;
  enabled: string;
}

/** The device endpoints of the platform applications. */
export interface PushEndpoints {
  /** As SNS does it: the same endpoint for the same token, unless other attributes are asked for. */
  create(application: string, wanted: Partial<Omit<PushEndpoint, 'arn'>>): string;
  find(arn: string): PushEndpoint | undefined;
  /** Changes what is given; throws NotFound for an unknown endpoint. */
  change(arn: string, wanted: Partial<Omit<PushEndpoint, 'arn'>>): void;
  remove(arn: string): void;
}

export function createPushEndpoints(store: Store): PushEndpoints {
  const columns = 'SELECT arn, token, user_data AS userData, enabled FROM endpoints';
  const byToken = store.prepare(`${columns} WHERE application = ? AND token = ?`);
  const byArn = store.prepare(`${columns} WHERE arn = ?`);
  const insert = store.prepare(
    'INSERT INTO endpoints (arn, application, token, user_data, enabled) VALUES (?, ?, ?, ?, ?)',
  );
  const update = store.prepare('UPDATE endpoints SET token = ?, user_data = ?, enabled = ? WHERE arn = ?');
  const remove = store.prepare('DELETE FROM endpoints WHERE arn = ?');
  const find = (arn: string) => byArn.get(arn) as PushEndpoint | undefined;

  return {
    create(application, { token = '', userData = '', enabled = 'true' }) {
      if (token === '') throw invalid('Token', 'Token is missing');
      const existing = byToken.get(application, token) as PushEndpoint | undefined;
      if (!existing) {
        const arn = `${application.replace(':app/', ':endpoint/')}/${randomUUID()}`;
        insert.run(arn, application, token, userData, enabled);
        return arn;
      }
      if (existing.userData === userData && existing.enabled === enabled) return existing.arn;
      const reason = `Endpoint ${existing.arn} already exists with the same Token, but different attributes.`;
      throw invalid('Token', reason);
    },
    find,
    change(arn, wanted) {
      const endpoint = find(arn);
      if (!endpoint) throw new AwsError(404, 'NotFound', 'Endpoint does not exist');
      const { token, userData, enabled } = { ...endpoint, ...wanted };
      update.run(token, userData, enabled, arn);
    },
    remove: (arn) => void remove.run(arn),
  };
}

export function invalid(parameter: string, reason: string): AwsError {
  return new AwsError(400, 'InvalidParameter', `Invalid parameter: ${parameter} Reason: ${reason}`);
}
