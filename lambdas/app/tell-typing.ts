import { ChatError } from '../domain/chat-error.ts';
import type { Principal } from '../domain/principal.ts';
import { listeners } from '../domain/watchers.ts';
import { admit } from './admit.ts';
import { demandOpen } from './message-access.ts';
import type { Clock, Sockets } from './ports.ts';
import type { Room, RoomStore, WatcherStore } from './room-ports.ts';
import { tellAtOnce } from './tell-at-once.ts';
import type { TypingThrottle, TypingWord } from './typing-throttle.ts';

export interface TypingPorts {
  rooms: Pick<RoomStore, 'roomOf'>;
  watchers: Pick<WatcherStore, 'removeAll'>;
  sockets: Pick<Sockets, 'post'>;
  throttle: TypingThrottle;
  clock: Pick<Clock, 'now'>;
}

type Typist = Pick<Principal, 'userId' | 'scopes'>;

const operation = 'tell that somebody is typing';

/**
 * Tells the connections that have joined, but the typist's own, that somebody is typing, or no longer is: one batch read, no
 * write, nothing kept. Whoever may not send may not do this either, and is told the same. RATE_LIMITED for a start that comes too
 * soon after the last; a stop that does says nothing new and is not told.
 */
export const tellTyping =
  (ports: TypingPorts) =>
  async (typist: Typist, kind: TypingWord['kind'], conversationId: string): Promise<void> => {
    const nowMs = ports.clock.now();
    const word = { kind, userId: typist.userId, conversationId };
    const waitMs = ports.throttle.waitMs(word, nowMs);
    if (waitMs > 0) return tooSoon(word, waitMs);
    const room = await ports.rooms.roomOf(typist.userId, conversationId);
    demandPosting(room, typist);
    ports.throttle.told(word, nowMs);
    // Who has blocked the other of two may still write to them; that they are there is nobody's business any more.
    if (room.member?.hasBlockedAtMs !== undefined) return;
    const { gone } = await tellAtOnce(ports.sockets, listeners(room.watchers ?? [], typist.userId, nowMs), {
      type: kind,
      conversationId,
      at: new Date(nowMs).toISOString(),
      data: { userId: typist.userId },
    });
    const goneIds = gone.map(({ connectionId }) => connectionId);
    if (goneIds.length > 0) await ports.watchers.removeAll(conversationId, goneIds);
  };

function tooSoon({ kind }: TypingWord, retryAfterMs: number): void {
  if (kind === 'typing.stopped') return;
  throw new ChatError('RATE_LIMITED', `unable to ${operation}; it was told a moment ago`, { retryAfterMs });
}

function demandPosting(room: Room, principal: Typist): void {
  const right = room.head?.posting === 'moderators' ? 'postAmongModerators' : 'post';
  const admitted = admit(room, { principal, right, operation });
  demandOpen({ ...admitted, operation, changer: principal });
}
