import { AwsError } from '../aws/service.ts';

/** The part of CreateSchedule and UpdateSchedule that this host plays: one-time schedules of functions, in UTC. */
export interface ScheduleRequest {
  GroupName: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  FlexibleTimeWindow: { Mode: string };
  ActionAfterCompletion: string;
  ClientToken?: string;
  Target: ScheduleTarget;
}

export interface ScheduleTarget {
  Arn: string;
  RoleArn: string;
  Input: string;
}

const schedulePath = /^\/schedules\/([\w.-]{1,64})(?:\?(.*))?$/;

/** The name of a schedule in a path, and the query behind it. */
export function pathOf(path: string): { name: string; query: URLSearchParams } {
  const [, name, query] = schedulePath.exec(path) ?? [];
  if (name === undefined) throw invalid('the name of a schedule has 1 to 64 letters, digits or any of _ . -');
  return { name, query: new URLSearchParams(query) };
}

export function scheduleIn(body: string): ScheduleRequest {
  const given: Partial<ScheduleRequest> = JSON.parse(body);
  const { GroupName = 'default', ScheduleExpressionTimezone = 'UTC', ActionAfterCompletion = 'NONE' } = given;
  const { ScheduleExpression, FlexibleTimeWindow, Target, ClientToken } = given;
  if (!ScheduleExpression || !FlexibleTimeWindow || !Target?.Arn || !Target.RoleArn) {
    throw invalid('ScheduleExpression, FlexibleTimeWindow and Target with Arn and RoleArn are required');
  }
  if (FlexibleTimeWindow.Mode !== 'OFF') throw unknown(`FlexibleTimeWindow ${FlexibleTimeWindow.Mode}`);
  if (ScheduleExpressionTimezone !== 'UTC') throw unknown(`the time zone ${ScheduleExpressionTimezone}`);
  if (ActionAfterCompletion !== 'DELETE') throw unknown(`ActionAfterCompletion ${ActionAfterCompletion}`);
  return {
    GroupName,
    ScheduleExpression,
    ScheduleExpressionTimezone,
    FlexibleTimeWindow,
    ActionAfterCompletion,
    ...(ClientToken !== undefined && { ClientToken }),
    Target: { Arn: Target.Arn, RoleArn: Target.RoleArn, Input: Target.Input ?? '{}' },
  };
}

/** `at(2026-11-21T04:20:00)`, in milliseconds since 1970. */
export function timeIn(expression: string): number {
  const [, time] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression) ?? [];
  const atMs = Date.parse(`${time}Z`);
  if (Number.isNaN(atMs)) throw invalid(`Invalid Schedule Expression ${expression}.`);
  return atMs;
}

function invalid(message: string): AwsError {
  return new AwsError(400, 'ValidationException', message);
}

/** Guessing would allow what AWS may do otherwise. */
function unknown(what: string): AwsError {
  return invalid(`the local host does not know ${what} of a schedule`);
}
