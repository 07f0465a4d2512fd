import type { ChatEvent } from '../../contract/event.ts';
import { ChatError } from '../domain/chat-error.ts';
import type { KeyNews } from '../domain/device-keys.ts';
import type { Sockets } from './ports.ts';
import { type AudiencePorts, audienceOf } from './presence-audience.ts';
import { tellAtOnce } from './tell-at-once.ts';

export interface TellKeysPorts extends AudiencePorts {
  sockets: Pick<Sockets, 'post'>;
}

/**
 * Tells of changed keys the user's own connections and those that hear of the user's presence; of few keys left, the user's own alone.
 * Gives false, in the order of the news, for those whose listeners can't be read now. A post that fails is forgotten: whoever missed it
 * learns of it with the next claim.
 */
export const tellKeys =
  (ports: TellKeysPorts) =>
  (news: KeyNews[]): Promise<boolean[]> =>
    Promise.all(news.map((one) => tell(ports, one)));

async function tell(ports: TellKeysPorts, news: KeyNews): Promise<boolean> {
  try {
    await tellAtOnce(ports.sockets, await listenersTo(ports, news), eventOf(news));
    return true;
  } catch (error) {
    if (error instanceof ChatError) return false;
    throw error;
  }
}

async function listenersTo(ports: TellKeysPorts, { emit, userId }: KeyNews) {
  const own = await ports.connections.connectionsOf([userId], ports.clock.now());
  return emit === 'keys.low' ? own : [...own, ...(await audienceOf(ports, userId))];
}

function eventOf(news: KeyNews): ChatEvent {
  const { userId, deviceId } = news;
  const at = new Date(news.atMs).toISOString();
  return news.emit === 'keys.low'
    ? { type: news.emit, at, data: { deviceId, left: news.left } }
    : { type: news.emit, at, data: { userId, deviceId } };
}
