/** How long a test waits for a thing that must come. */
const patienceMs = 15_000;

/** What has come so far, and a way to wait for what must come. Nothing is taken out: whoever asks later finds it too. */
export interface Inbox<Thing> {
  put(thing: Thing): void;
  all(): Thing[];
  /** The first thing that `pick` makes something of, come or yet to come; throws after a while, saying what did come. */
  first<Picked>(what: string, pick: (thing: Thing) => Picked | undefined): Promise<Picked>;
  /** Resolves with everything as soon as all together is what was waited for. */
  until(what: string, isEnough: (things: Thing[]) => boolean): Promise<Thing[]>;
}

export function createInbox<Thing>(): Inbox<Thing> {
  const things: Thing[] = [];
  const watchers = new Set<() => void>();

  const until: Inbox<Thing>['until'] = (what, isEnough) => {
    if (isEnough(things)) return Promise.resolve([...things]);
    const { promise, resolve, reject } = Promise.withResolvers<Thing[]>();
    const look = () => isEnough(things) && resolve([...things]);
    const deadline = setTimeout(() => reject(new Error(`${what} did not come, but ${summary(things)}`)), patienceMs);
    watchers.add(look);
    return promise.finally(() => {
      clearTimeout(deadline);
      watchers.delete(look);
    });
  };

  return {
    put(thing) {
      things.push(thing);
      for (const look of watchers) look();
    },
    all: () => [...things],
    until,
    async first<Picked>(what: string, pick: (thing: Thing) => Picked | undefined): Promise<Picked> {
      let picked: Picked | undefined;
      let seen = 0;
      await until(what, (all) => {
        while (picked === undefined && seen < all.length) picked = pick(all[seen++] as Thing);
        return picked !== undefined;
      });
      return picked as Picked;
    },
  };
}

const summary = (things: unknown[]) =>
  things.length === 0 ? 'nothing' : `${things.length}, the last ${JSON.stringify(things.at(-1)).slice(0, 500)}`;
