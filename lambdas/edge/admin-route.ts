import type * as z from 'zod/mini';
import type { Oversee } from '../app/oversee.ts';
import type { Principal } from '../domain/principal.ts';
import { type Answer, type Input, type Nothing, type RouteSchemas, route } from './http-handler.ts';

interface AdminSchemas<Params, Query, Body extends z.ZodMiniType> extends RouteSchemas<Params, Query, Body> {
  /** What of the body belongs into the audit log: never the words of a person. */
  audited?: (body: z.output<Body>) => Record<string, string>;
}

/** A route for administrators alone, each request to which is in the audit log before anything is done for it. */
export const adminRoutes =
  (oversee: Oversee) =>
  <Params extends z.ZodMiniType = Nothing, Query extends z.ZodMiniType = Nothing, Body extends z.ZodMiniType = Nothing>(
    { audited, ...schemas }: AdminSchemas<Params, Query, Body>,
    act: (admin: Principal, input: Input<Params, Query, Body>) => Promise<Answer>,
  ) =>
    route<Params, Query, Body>(schemas, async (principal, input) => {
      const target = { ...namesIn(input.params), ...namesIn(input.query), ...audited?.(input.body) };
      await oversee(principal, { operation: schemas.operation, target });
      return act(principal, input);
    });

/** Cursors say nothing that times and positions don't. */
const namesIn = (given: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(Object(given))
      .filter(([name, value]) => value !== undefined && name !== 'cursor')
      .map(([name, value]) => [name, String(value)]),
  );
