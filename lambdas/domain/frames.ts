import type { ChatEvent, EventFrame } from '../../contract/event.ts';

const bytesOf = (text: string) => Buffer.byteLength(text);
const envelopeBytes = bytesOf(JSON.stringify({ events: [] } satisfies EventFrame));

/**
 * Events in order, packed into as few frames as fit: API Gateway bills a frame of up to 32 KB as one message, and closes the
 * connection over a larger one. `serialized` holds each event as JSON, made once for all the connections that get it.
 */
export function framesOf(serialized: string[], frameBytes: number): string[] {
  const frames: string[][] = [];
  let room = 0;
  for (const event of serialized) {
    const bytes = bytesOf(event) + 1;
    if (bytes > room) {
      frames.push([]);
      room = frameBytes - envelopeBytes;
    }
    frames.at(-1)?.push(event);
    room -= bytes;
  }
  return frames.map((events) => `{"events":[${events.join(',')}]}`);
}

/** As JSON; of an event that no frame can hold, only that its conversation has something new to be looked for. */
export function serializeEvent(event: ChatEvent, { frameBytes }: { frameBytes: number }): string {
  const serialized = JSON.stringify(event);
  if (bytesOf(serialized) <= frameBytes - envelopeBytes || !('conversationId' in event)) return serialized;
  const { conversationId, at } = event;
  return JSON.stringify({ type: 'sync.required', conversationId, at, data: {} } satisfies ChatEvent);
}
