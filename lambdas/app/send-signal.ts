import type { SendSignal, SignalSent } from '../../contract/live.ts';
import { refuse } from '../domain/chat-error.ts';
import { type ConnectionPlace, isLive, isYoung } from '../domain/connection.ts';
import { refuseClosed } from './admit.ts';
import { type ClosePorts, closeConnection } from './close-connection.ts';
import type { Sockets } from './ports.ts';
import type { Line, RoomStore } from './room-ports.ts';
import { tellAtOnce } from './tell-at-once.ts';

export interface SignalPorts extends ClosePorts {
  rooms: Pick<RoomStore, 'lineBetween'>;
  sockets: Pick<Sockets, 'post'>;
}

const operation = 'send the signal';

/**
 * Relays a payload to all connections of a member, but the one that it came by: one batch read, nothing kept, one try each. Where
 * either has blocked the other it reaches nobody, as if no connection were there. FORBIDDEN to anyone but a member, NOT_FOUND
 * where the other is none, CONFLICT where the conversation is closed.
 */
export const sendSignal =
  (ports: SignalPorts) =>
  async ({ userId, connectionId }: ConnectionPlace, signal: SendSignal): Promise<SignalSent> => {
    const { conversationId, toUserId, payload } = signal;
    const line = await ports.rooms.lineBetween({ conversationId, fromUserId: userId, toUserId });
    demandLine(line);
    if (line.isBlocked) return { reached: 0 };
    const nowMs = ports.clock.now();
    const ends = line.connections.filter((end) => end.connectionId !== connectionId && isLive(end, nowMs));
    const { reached, gone } = await tellAtOnce(ports.sockets, ends, {
      type: 'signal.received',
      conversationId,
      at: new Date(nowMs).toISOString(),
      data: { fromUserId: userId, payload },
    });
    // A connection this young may say «gone» because its `$connect` is still running.
    await Promise.all(gone.filter((end) => !isYoung(end, nowMs)).map(closeConnection(ports)));
    return { reached };
  };

function demandLine({ head, from, to }: Line): void {
  if (!head || !from) refuse('FORBIDDEN', operation, 'the caller is not a member of the conversation');
  if (from.bannedAtMs !== undefined) refuse('FORBIDDEN', operation, 'the caller is banned from the conversation');
  if (!to) refuse('NOT_FOUND', operation, 'the user is not a member of the conversation');
  refuseClosed(head, operation);
}
