import { httpHandler } from '../edge/http-handler.ts';
import { systemClock as clock } from '../runtime/clock.ts';

export const handler = httpHandler({}, clock);
