import { describe, expect, test } from 'vitest';
import { attachmentIdOf, isAllowedType, isShownInline, nextDayMs, placeIn } from '../../../lambdas/domain/file.ts';

describe('the id of an attachment', () => {
  const place = { conversationId: 'g_-~1', fileId: 'a-_'.padEnd(22, '0') };

  test('names its conversation and its file', () => {
    expect(placeIn(attachmentIdOf(place))).toEqual(place);
  });

  test.each(['', 'a-1', `.${place.fileId}`, `g.${place.fileId}0`, `g/h.${place.fileId}`, `g#.${place.fileId}`])(
    'is not %j',
    (text) => {
      expect(placeIn(text)).toBeUndefined();
    },
  );
});

test.each([
  ['image/png', ['image/*'], true],
  ['image/png', ['image/png'], true],
  ['image/pngx', ['image/png'], false],
  ['xmage/png', ['image/*'], false],
  ['application/vnd.oasis.opendocument.text', ['application/vnd.oasis.*'], true],
  ['text/html', ['text/plain', 'image/*'], false],
  ['text/html', [], false],
])('%s among %j is allowed: %s', (contentType, patterns, isAllowed) => {
  expect(isAllowedType(contentType, patterns)).toBe(isAllowed);
});

test.each([
  ['image/jpeg', true],
  ['video/mp4', true],
  ['image/svg+xml', false],
  ['image/vnd.something.xml', false],
  ['application/xhtml+xml', false],
  ['text/html', false],
])('%s is shown by itself: %s', (contentType, isShown) => {
  expect(isShownInline(contentType)).toBe(isShown);
});

test('the next day begins at midnight of UTC, and that of midnight a day later', () => {
  const midnight = Date.UTC(2026, 10, 22);
  expect([nextDayMs(midnight - 1), nextDayMs(midnight)]).toEqual([midnight, midnight + 24 * 3_600_000]);
});
