import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framesOf, serializeEvent } from '../../../lambdas/domain/frames.ts';

const eventOf = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));

describe('frames', () => {
  it('hold all events in one when they fit', () => {
    expect(framesOf(['{"a":1}', '{"b":2}'], 32_768)).toEqual(['{"events":[{"a":1},{"b":2}]}']);
  });

  it('are none when there are no events', () => {
    expect(framesOf([], 32_768)).toEqual([]);
  });

  it('keep every event, in order, within the bytes of a frame, and are not more than needed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 80 }), { maxLength: 30 }), (sizes) => {
        const events = sizes.map(eventOf);
        const frames = framesOf(events, 100);
        expect(frames.flatMap((frame) => JSON.parse(frame).events)).toEqual(events.map((event) => JSON.parse(event)));
        for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(100);
        for (const [index, frame] of frames.entries()) {
          const next = frames[index + 1];
          if (next === undefined) continue;
          const [firstOfNext = ''] = JSON.parse(next).events;
          expect(Buffer.byteLength(frame) + Buffer.byteLength(JSON.stringify(firstOfNext))).toBeGreaterThan(98);
        }
      }),
    );
  });

  describe('of an event that', () => {
    const told = (title: string) =>
      ({
        type: 'typing.started',
        conversationId: 'c1',
        at: '2026-01-01T00:00:00.000Z',
        data: { userId: title },
      }) as const;
    const bytesOfFrame = (event: ReturnType<typeof told>, frameBytes: number) =>
      Buffer.byteLength(framesOf([serializeEvent(event, { frameBytes })], frameBytes)[0] ?? '');
    const just = Buffer.byteLength(JSON.stringify({ events: [told('é'.repeat(20))] }));

    it('just fits hold it', () => {
      expect(bytesOfFrame(told('é'.repeat(20)), just)).toBe(just);
    });

    it('is larger than a frame say that there is something to sync, and where', () => {
      const [frame = ''] = framesOf([serializeEvent(told('é'.repeat(21)), { frameBytes: just })], just);
      const { conversationId, at } = told('');
      expect(JSON.parse(frame)).toEqual({ events: [{ type: 'sync.required', conversationId, at, data: {} }] });
      expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(just);
    });
  });

  it('count bytes, not characters', () => {
    const events = [JSON.stringify('é'.repeat(20)), JSON.stringify('é'.repeat(20))];
    expect(framesOf(events, 90)).toHaveLength(2);
  });
});
