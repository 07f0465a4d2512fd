import { type Pump, startPump } from '../event-sources/pump.ts';
import type { AsyncInvocations } from '../lambda/async-invocations.ts';
import type { Meter } from '../meter.ts';
import type { Clock, Deployment } from '../types.ts';
import type { Schedules } from './schedules.ts';

interface Parts {
  deployment: Deployment;
  schedules: Schedules;
  invocations: AsyncInvocations;
  clock: Clock;
  meter: Meter;
}

const IDLE_MS = 1000;

/** Hands what is due to Lambda, which invokes by itself: Scheduler does not hear how that ends. */
export function startScheduler({ deployment, schedules, invocations, clock, meter }: Parts): Pump {
  async function round(): Promise<void> {
    for (const { name, request } of schedules.due(clock.now())) {
      const { Target, GroupName } = request;
      meter.scheduledInvocation();
      // In this order: a host that is killed in between invokes it twice, as AWS may.
      invocations.add(deployment.byArn(Target.Arn).logicalId, JSON.parse(Target.Input));
      schedules.remove(name, GroupName);
    }
  }

  function idleMs(): number {
    const nextAt = schedules.nextAt();
    return nextAt === undefined ? IDLE_MS : Math.min(IDLE_MS, Math.max(1, nextAt - clock.now()));
  }

  return startPump(clock, round, idleMs);
}
