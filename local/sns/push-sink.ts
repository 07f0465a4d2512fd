import { openKeptList } from '../kept-list.ts';
import type { Store } from '../store.ts';
import type { Clock } from '../types.ts';

/** One push or text message that would have left AWS. */
export interface Published {
  /** ISO 8601. */
  at: string;
  kind: 'push' | 'sms';
  /** An endpoint's ARN or a phone number. */
  target: string;
  /** Of the endpoint. */
  deviceToken?: string;
  /** As it was handed to SNS: JSON by platform where the structure is `json`. */
  message: string;
  attributes: Record<string, string>;
}

export interface PushSink {
  add(push: Omit<Published, 'at'>): void;
  /** The last thousand, newest last. */
  published(): Published[];
  clear(): void;
}

export function createPushSink(store: Store, clock: Clock): PushSink {
  const kept = openKeptList<Published>(store, 'published');
  return {
    add: (push) => kept.add({ at: new Date(clock.now()).toISOString(), ...push }),
    published: kept.all,
    clear: kept.clear,
  };
}
