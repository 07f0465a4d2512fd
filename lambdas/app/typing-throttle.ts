import { boundedMap } from '../domain/bounded-map.ts';

/** What somebody says of their typing, and where. */
export interface TypingWord {
  kind: 'typing.started' | 'typing.stopped';
  userId: string;
  conversationId: string;
}

export interface TypingThrottle {
  /** How long this word has to wait, in milliseconds; zero where it may be told now. */
  waitMs(word: TypingWord, nowMs: number): number;
  told(word: TypingWord, nowMs: number): void;
}

/** The same word of one user in one conversation is told once in this time. */
const intervalMs = 2_000;
const mostRemembered = 10_000;

/**
 * Remembers what was told in this warm function alone: a user whose frames go to several is told of as often by each. That is a
 * post to the listeners and no write, and the rate limit of all frames stands above it.
 */
export function typingThrottle(): TypingThrottle {
  const lastTold = boundedMap<number>(mostRemembered);
  const keyOf = ({ kind, conversationId, userId }: TypingWord) => `${kind}/${conversationId}/${userId}`;

  return {
    waitMs(word, nowMs) {
      const last = lastTold.take(keyOf(word));
      if (last === undefined) return 0;
      lastTold.set(keyOf(word), last);
      return Math.max(0, last + intervalMs - nowMs);
    },

    told(word, nowMs) {
      lastTold.take(keyOf(word));
      lastTold.set(keyOf(word), nowMs);
      // The end of what has just begun is news, however near the last end is.
      if (word.kind === 'typing.started') lastTold.take(keyOf({ ...word, kind: 'typing.stopped' }));
    },
  };
}
