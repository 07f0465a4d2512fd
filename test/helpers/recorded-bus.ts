import type { DomainEvent } from '../../contract/domain-event.ts';
import type { EventBus } from '../../lambdas/app/event-ports.ts';

/** A bus that takes everything, and remembers it; but for what a test has it refuse. */
export function recordedBus(refuses: (event: DomainEvent) => boolean = () => false) {
  const events: DomainEvent[] = [];
  const bus: EventBus = {
    async publish(offered) {
      events.push(...offered.filter((event) => !refuses(event)));
      return offered.flatMap((event, position) => (refuses(event) ? [position] : []));
    },
  };
  return { bus, events };
}
