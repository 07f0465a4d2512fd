import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from '../iam/policy.ts';
import type { Caller } from '../types.ts';

/** A request to AWS as it came over the wire. */
export interface AwsRequest {
  method: string;
  /** Path and query, still URL-encoded. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface AwsReply {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** One action on some resources that the caller's policies must allow. */
export interface Need {
  action: string;
  resources: string[];
  /** What the request says to conditions of policies. */
  context?: Context;
}

/** A request understood: which operation of the service it is, and what it needs to be allowed. */
export interface AwsCall {
  operation: string;
  needs: Need[];
  /** `partial`: the first entry of a batch fails by a fault of AWS, and the others are taken. */
  perform(caller: Caller, fate?: 'partial'): Promise<AwsReply>;
}

export interface AwsService {
  /** Throws an AwsError when the request can't be understood. */
  understand(request: AwsRequest): AwsCall;
  /** The error in the service's own protocol, so that the SDK raises its own named exception. */
  refuse(error: AwsError): AwsReply;
}

/** An error that AWS would answer with; `code` is the exception's name as the service spells it. */
export class AwsError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.status = status;
    this.code = code;
  }
}

/** What every error says that came of a fault rule, and of nothing else. */
export const playedFault = 'A fault that a test asked for';

/** JSON 1.0, as DynamoDB and SQS speak it. */
export function jsonReply(body: unknown): AwsReply {
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) };
}

/** The operation that a JSON 1.0 request names in its `x-amz-target` header. */
export function targetOf(request: AwsRequest): string {
  const target = String(request.headers['x-amz-target'] ?? '');
  return target.slice(target.indexOf('.') + 1);
}
