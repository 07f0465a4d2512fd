/** The words that the parts of the local host share. Nothing here runs. */

/** A JSON value, as in templates, events and AWS request bodies. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** The host's only source of time, so that a test can move two hours at once. Milliseconds since 1970. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** One resource of the template, its intrinsics resolved. */
export interface Resource {
  logicalId: string;
  /** What a person calls it: its construct id, for example `SendMessage`. The meter and the console speak of it so. */
  name: string;
  /** For example `AWS::Lambda::Function`. */
  type: string;
  properties: JsonObject;
  /** What `Ref` gives: a table's name, a queue's URL, an API's id … */
  ref: string;
  /** What `Fn::GetAtt … Arn` gives, where the type has one. */
  arn?: string;
}

/** The template as deployed on this machine. */
export interface Deployment {
  region: string;
  accountId: string;
  resources: Map<string, Resource>;
  ofType(type: string): Resource[];
  /** The resource with this ARN; throws a sentence naming the ARN when there is none. */
  byArn(arn: string): Resource;
}

export type InvocationOutcome =
  | { ok: true; payload: Json | undefined }
  | { ok: false; error: { errorType: string; errorMessage: string; trace?: string[] } };

/** Runs a function (by the logical id of its resource) once, synchronously, as the Lambda service does. */
export type Invoke = (functionId: string, event: Json) => Promise<InvocationOutcome>;

/** Who signed an AWS call: a function of the template, and which of its workers. */
export interface Caller {
  functionId: string;
  workerId: string;
}
