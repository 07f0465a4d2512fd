import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { joinConversation } from '../../../lambdas/app/join-conversation.ts';
import { memberKey } from '../../../lambdas/data/keys.ts';
import type { StreamReader } from '../../../local/event-sources/stream-reader.ts';
import type { Image } from '../../helpers/database.ts';
import { captureOutput } from '../../helpers/events.ts';
import type { Caller } from './backend.ts';
import { type ConversationCalls, conversationCalls } from './conversation-calls.ts';
import { codeOf } from './room-calls.ts';
import { type Rooms, startRooms } from './room-scene.ts';

let rooms: Rooms;
let conversations: ConversationCalls;
let stream: StreamReader;

beforeAll(async () => {
  rooms = await startRooms();
  conversations = await conversationCalls(rooms.backend);
  stream = await rooms.database.stream();
});
afterAll(() => rooms.close());
beforeEach(() => {
  captureOutput();
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A group, and a guest of it with two connections. */
interface Scene {
  conversation: string;
  owner: Caller;
  phone: Caller;
  laptop: Caller;
}

const deeds = {
  joinByPhone: ({ phone, conversation }: Scene) => rooms.join(phone, conversation),
  joinByLaptop: ({ laptop, conversation }: Scene) => rooms.join(laptop, conversation),
  leaveByPhone: ({ phone, conversation }: Scene) => rooms.leave(phone, conversation),
  ownerJoins: ({ owner, conversation }: Scene) => rooms.join(owner, conversation),
  async remove({ owner, phone, conversation }: Scene) {
    await conversations.remove(owner.userId, conversation, phone.userId);
    await deliver();
  },
  add: ({ owner, phone, conversation }: Scene) => conversations.add(owner.userId, conversation, phone.userId),
};
type Deed = keyof typeof deeds;

async function newScene(): Promise<Scene> {
  const [owner, phone] = [await rooms.user('ann'), await rooms.user('bob')];
  return {
    owner,
    phone,
    laptop: await rooms.connected(phone, 'laptop'),
    conversation: await rooms.group(owner, phone),
  };
}

/** Hands FanOut what the stream has of memberships since the last time. */
async function deliver(): Promise<void> {
  const { records } = await stream.next();
  const changes = records.map(({ dynamodb }): unknown => dynamodb.NewImage).filter(isMembership);
  expect(await rooms.backend.fanOut(...changes)).toMatchObject({ batchItemFailures: [] });
}

const isMembership = (image: unknown): image is Image =>
  JSON.stringify(image)?.includes('"emit":{"S":"membership.changed"}') ?? false;

const typingHeardBy = (caller: Caller) => rooms.heardBy(caller).filter(({ type }) => type === 'typing.started').length;

/** Nobody watches who has not joined; and of who is no member, nothing is left, and nothing is told. */
async function check({ conversation, owner, phone, laptop }: Scene): Promise<void> {
  const guests = [phone, laptop];
  const watchers = await rooms.watchersOf(conversation);
  const looking = await Promise.all(guests.map(async (guest) => (await rooms.joinedBy(guest))?.length === 1));
  const watching = guests.map(({ connectionId }) => watchers.includes(connectionId));
  expect(watching.map((does, n) => does && !looking[n])).toEqual([false, false]);

  const isMember = (await rooms.database.itemOf(memberKey(conversation, phone.userId))) !== undefined;
  if (!isMember) expect(looking).toEqual([false, false]);
  const before = guests.map(typingHeardBy);
  vi.setSystemTime(Date.now() + 3_000);
  expect(codeOf(await rooms.type(owner, conversation))).toBe('ok');
  expect(guests.map(typingHeardBy)).toEqual(before.map((count, n) => count + (watching[n] ? 1 : 0)));
}

/** A join, with something done just before one of its steps. */
function joinInterrupted(step: 'join' | 'add' | 'standingOf', interrupt: () => Promise<unknown>) {
  const { rooms: views, joined, watchers, clock } = rooms.ports;
  const after =
    <Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      await interrupt();
      return call(...given);
    };
  return joinConversation({
    rooms: step === 'standingOf' ? { ...views, standingOf: after(views.standingOf) } : views,
    joined: step === 'join' ? { ...joined, join: after(joined.join) } : joined,
    watchers: step === 'add' ? { ...watchers, add: after(watchers.add) } : watchers,
    clock,
  });
}

const interruptions = {
  'a removal that is told': async ({ owner, phone, conversation }: Scene) => {
    await conversations.remove(owner.userId, conversation, phone.userId);
    await rooms.forget(conversation, [phone.userId]);
  },
  'a leave': ({ phone, conversation }: Scene) => rooms.leave(phone, conversation),
  'the end of the connection': ({ phone }: Scene) => rooms.backend.disconnect(phone),
};

describe.each(['join', 'add', 'standingOf'] as const)('just before `%s`,', (step) => {
  test.each<[what: keyof typeof interruptions, outcome: string]>([
    ['a removal that is told', 'FORBIDDEN'],
    ['a leave', step === 'join' ? 'watching' : 'not watching'],
    ['the end of the connection', step === 'join' ? 'UNAUTHENTICATED' : 'not watching'],
  ])('%s leaves nothing behind that should not be there: %s', async (what, outcome) => {
    const scene = await newScene();
    const join = joinInterrupted(step, () => interruptions[what](scene));

    const ended = await join(scene.phone, scene.conversation).then(
      ({ isWatching }) => (isWatching ? 'watching' : 'not watching'),
      ({ code }) => code,
    );

    expect(ended).toBe(outcome);
    await check(scene);
  });
});

test('whatever happens at once, who was removed hears no more once that was told', async () => {
  const aDeed = fc.constantFrom(...(Object.keys(deeds) as Deed[]));
  const aRound = fc.array(aDeed, { minLength: 1, maxLength: 6 });
  let removals = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(aRound, { minLength: 3, maxLength: 8 }), async (rounds) => {
      const scene = await newScene();
      for (const round of rounds) {
        await Promise.all(round.map((deed) => deeds[deed](scene)));
        await deliver();
        await check(scene);
        if (round.includes('remove') && round.some((deed) => deed.startsWith('join'))) removals += 1;
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
  expect(removals).toBeGreaterThan(10);
}, 120_000);
