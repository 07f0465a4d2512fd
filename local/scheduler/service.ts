import { type AwsCall, AwsError, type AwsReply, type AwsRequest, type AwsService, type Need } from '../aws/service.ts';
import type { Iam } from '../iam/iam.ts';
import type { Deployment } from '../types.ts';
import { pathOf, type ScheduleRequest, scheduleIn } from './schedule-request.ts';
import type { Schedules } from './schedules.ts';

interface Parts {
  deployment: Deployment;
  schedules: Schedules;
  iam: Pick<Iam, 'roleMay'>;
  /** There is a schedule that was not there before. */
  onChange(): void;
}

interface Known {
  operation: string;
  group: string;
  needs?: Need[];
  perform(): unknown;
}

/** EventBridge Scheduler's REST API, for one-time schedules in groups of the template. */
export function createSchedulerService(parts: Parts): AwsService {
  const { deployment, schedules } = parts;
  const { region, accountId } = deployment;
  const groups = new Set(deployment.ofType('AWS::Scheduler::ScheduleGroup').map(({ ref }) => ref));
  const arnOf = (group: string, name: string) => `arn:aws:scheduler:${region}:${accountId}:schedule/${group}/${name}`;

  function written(name: string, request: ScheduleRequest, write: () => void) {
    refuseUninvokable(parts, request);
    write();
    parts.onChange();
    return { ScheduleArn: arnOf(request.GroupName, name) };
  }

  function knownOf(request: AwsRequest): { name: string; known: Known } {
    const { name, query } = pathOf(request.path);
    const group = query.get('groupName') ?? 'default';
    const body =
      request.method === 'POST' || request.method === 'PUT' ? scheduleIn(request.body.toString()) : undefined;
    if (body) return { name, known: writing(request.method, name, body) };
    if (request.method === 'DELETE') {
      return { name, known: { operation: 'DeleteSchedule', group, perform: () => schedules.remove(name, group) } };
    }
    const show = () => ({ Name: name, Arn: arnOf(group, name), ...schedules.find(name, group) });
    return { name, known: { operation: 'GetSchedule', group, perform: show } };
  }

  function writing(method: string, name: string, request: ScheduleRequest): Known {
    const [operation, write] =
      method === 'POST'
        ? (['CreateSchedule', schedules.create] as const)
        : (['UpdateSchedule', schedules.update] as const);
    return {
      operation,
      group: request.GroupName,
      needs: [passRole(request.Target.RoleArn)],
      perform: () => written(name, request, () => write(name, request)),
    };
  }

  function understand(request: AwsRequest): AwsCall {
    const { name, known } = knownOf(request);
    const { operation, group, needs = [], perform } = known;
    return {
      operation,
      needs: [{ action: `scheduler:${operation}`, resources: [arnOf(group, name)] }, ...needs],
      async perform() {
        if (!groups.has(group)) {
          throw new AwsError(404, 'ResourceNotFoundException', `Schedule group ${group} does not exist.`);
        }
        return reply(200, perform() ?? {});
      },
    };
  }

  return { understand, refuse };
}

const passRole = (roleArn: string): Need => ({
  action: 'iam:PassRole',
  resources: [roleArn],
  context: { 'iam:PassedToService': ['scheduler.amazonaws.com'] },
});

/** AWS finds out when it invokes; here it is a mistake of the app that is better told at once. */
function refuseUninvokable({ iam }: Parts, { Target }: ScheduleRequest): void {
  if (iam.roleMay(Target.RoleArn, 'lambda:InvokeFunction', Target.Arn)) return;
  throw new AwsError(400, 'ValidationException', `The role ${Target.RoleArn} may not invoke ${Target.Arn}.`);
}

function refuse({ status, code, message }: AwsError): AwsReply {
  const reported = code === 'AccessDeniedException' ? 403 : status;
  const { headers, ...answer } = reply(reported, { Message: message });
  return { ...answer, headers: { ...headers, 'x-amzn-errortype': code } };
}

function reply(status: number, body: unknown): AwsReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
