import { unknownFrameHandler } from '../edge/frame-handler.ts';

export const handler = unknownFrameHandler();
