import { describe, expect, it } from 'vitest';
import { type TypingWord, typingThrottle } from '../../../lambdas/app/typing-throttle.ts';

const started: TypingWord = { kind: 'typing.started', userId: 'ann', conversationId: 'c1' };
const stopped: TypingWord = { ...started, kind: 'typing.stopped' };

describe('the throttle of typing', () => {
  it('lets the same word through once in two seconds', () => {
    const throttle = typingThrottle();
    expect(throttle.waitMs(started, 10_000)).toBe(0);
    throttle.told(started, 10_000);
    expect(throttle.waitMs(started, 10_500)).toBe(1_500);
    expect(throttle.waitMs(started, 12_000)).toBe(0);
  });

  it.each<[what: string, word: TypingWord]>([
    ['another user', { ...started, userId: 'bob' }],
    ['another conversation', { ...started, conversationId: 'c2' }],
    ['the other word', stopped],
  ])('does not hold up %s', (_, word) => {
    const throttle = typingThrottle();
    throttle.told(started, 10_000);
    expect(throttle.waitMs(word, 10_000)).toBe(0);
  });

  it('lets an end through once for each beginning', () => {
    const throttle = typingThrottle();
    throttle.told(started, 10_000);
    throttle.told(stopped, 10_100);
    expect(throttle.waitMs(stopped, 10_200)).toBe(1_900);
    throttle.told(started, 12_000);
    expect(throttle.waitMs(stopped, 12_001)).toBe(0);
  });

  it('remembers ten thousand words, and forgets the oldest for another', () => {
    const throttle = typingThrottle();
    const wordOf = (n: number) => ({ ...started, userId: `u${n}` });
    for (let n = 0; n <= 10_000; n += 1) throttle.told(wordOf(n), 10_000);
    expect([0, 1, 10_000].map((n) => throttle.waitMs(wordOf(n), 10_000))).toEqual([0, 2_000, 2_000]);
  });
});
