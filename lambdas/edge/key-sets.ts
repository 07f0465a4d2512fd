import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../app/ports.ts';
import { refuse } from '../domain/chat-error.ts';

export interface KeySets {
  /** The key set; fetched on first use and again when it is old. */
  current(): Promise<JSONWebKeySet>;
  /** A key was not in it: fetched again, though not more than once in a cooldown. */
  renewed(): Promise<JSONWebKeySet>;
}

/** A key set is asked for again after this long; a key that its provider withdraws is refused no later. */
const freshMs = 10 * 60_000;
/** One fetch at most in this time, whatever tokens come: unknown keys and a provider that is down can't make us a flood. */
const cooldownMs = 30_000;
/** The same while no key set was ever had: nobody can connect before the next try. */
const firstCooldownMs = 2_000;
/** While the provider is down, the keys that it last had go on being good for so long. */
const staleMs = 24 * 60 * 60_000;

/**
 * Keeps the identity provider's key set. jose's own remote set forgets its keys after ten minutes of an outage and asks again for
 * every token.
 */
export function keySetsOf(fetchKeySet: () => Promise<JSONWebKeySet>, clock: Pick<Clock, 'now'>): KeySets {
  let known: { keySet: JSONWebKeySet; fetchedAtMs: number } | undefined;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  const fetchOnce = (): Promise<void> => {
    underWay ??= fetchKeySet()
      .then((keySet) => {
        known = { keySet, fetchedAtMs: clock.now() };
      })
      .catch(() => undefined)
      .finally(() => {
        triedAtMs = clock.now();
        underWay = undefined;
      });
    return underWay;
  };

  const keySet = (): JSONWebKeySet => {
    if (known && clock.now() - known.fetchedAtMs < staleMs) return known.keySet;
    return refuse('UNAVAILABLE', 'authenticate', 'the identity provider does not answer');
  };

  const isCoolingDown = () => clock.now() - triedAtMs < (known ? cooldownMs : firstCooldownMs);

  return {
    async current() {
      const isFresh = known && clock.now() - known.fetchedAtMs < freshMs;
      if (!isFresh && !isCoolingDown()) await fetchOnce();
      return keySet();
    },
    async renewed() {
      if (underWay || !isCoolingDown()) await fetchOnce();
      return keySet();
    },
  };
}
