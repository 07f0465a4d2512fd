import { unknownRouteHandler } from '../edge/http-handler.ts';

export const handler = unknownRouteHandler();
