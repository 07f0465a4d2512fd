import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framesOf } from '../../../lambdas/domain/frames.ts';

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

  it('count bytes, not characters', () => {
    const events = [JSON.stringify('é'.repeat(20)), JSON.stringify('é'.repeat(20))];
    expect(framesOf(events, 90)).toHaveLength(2);
  });
});
