import { AwsError } from '../aws/service.ts';
import type { Json } from '../types.ts';

/** A form as a browser posts it: what stands before the file, names in lower case, and how long the file is. */
export interface PostedForm {
  bucket: string;
  fields: Map<string, string>;
  size: number;
}

interface Policy {
  expiration?: string;
  conditions?: Json[];
}

/** Fields that need no condition. What begins with `x-ignore-` needs none either. */
const FREE = new Set(['policy', 'x-amz-signature', 'file']);

/** Throws what S3 answers unless the form is all that its policy asks for, and nothing more. */
export function demandPolicy(encoded: string, form: PostedForm, nowMs: number): void {
  const { expiration = '', conditions = [] } = policyIn(encoded);
  if (!(Date.parse(expiration) >= nowMs)) throw denied('Policy expired.');
  const values = new Map([...form.fields, ['bucket', form.bucket]]);
  const covered = conditions.map((condition) => checked(condition, values, form.size));
  const extra = [...form.fields.keys()].filter((name) => !covered.includes(name) && !isFree(name));
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`);
}

function policyIn(encoded: string): Policy {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString());
  } catch {
    throw new AwsError(400, 'InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.');
  }
}

/** The field that a condition is about, when it holds. */
function checked(condition: Json, values: Map<string, string>, size: number): string {
  const [operator, subject, operand] = Array.isArray(condition) ? condition.map(String) : exactly(condition);
  if (operator === 'content-length-range') return demandSize(size, Number(subject), Number(operand));
  const name = String(subject).replace(/^\$/, '').toLowerCase();
  const value = values.get(name) ?? '';
  const wanted = String(operand);
  const holds = operator === 'eq' ? value === wanted : operator === 'starts-with' && value.startsWith(wanted);
  if (!holds)
    throw denied(`Policy Condition failed: ["${operator}", "$${String(subject).replace(/^\$/, '')}", "${wanted}"]`);
  return name;
}

function exactly(condition: Json): [string, string, string] {
  const [entry] = Object.entries(condition ?? {});
  if (!entry) throw new AwsError(400, 'InvalidPolicyDocument', 'Invalid Policy: Invalid Simple-Condition.');
  return ['eq', entry[0], String(entry[1])];
}

function demandSize(size: number, least: number, most: number): string {
  if (size < least) {
    throw new AwsError(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
  if (size > most) throw new AwsError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  return 'file';
}

function isFree(name: string): boolean {
  return FREE.has(name) || name.startsWith('x-ignore-');
}

function denied(why: string): AwsError {
  return new AwsError(403, 'AccessDenied', `Invalid according to Policy: ${why}`);
}
