import type { KeyNews } from '../domain/device-keys.ts';
import type { PresenceChange } from '../domain/presence.ts';
import { type TellKeysPorts, tellKeys } from './tell-keys.ts';
import { type TellPresencePorts, tellPresence } from './tell-presence.ts';

/** What is told of a user and not of a conversation. */
export type UserNews = PresenceChange | KeyNews;

/** Each to whom it concerns; says of each, in order, whether it is done. Throws where presence can't be looked at: then all come again. */
export function tellUsers(ports: TellPresencePorts & TellKeysPorts) {
  const [ofPresence, ofKeys] = [tellPresence(ports), tellKeys(ports)];
  return async (news: UserNews[]): Promise<boolean[]> => {
    const [keys, presences] = [news.filter(isOfKeys), news.filter((one) => !isOfKeys(one))];
    const presencesDone = (await ofPresence(presences)).values();
    const keysDone = (await ofKeys(keys)).values();
    return news.map((one) => (isOfKeys(one) ? keysDone : presencesDone).next().value === true);
  };
}

const isOfKeys = (news: UserNews): news is KeyNews => 'emit' in news;
