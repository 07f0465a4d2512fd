import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemRandomness } from '../../lambdas/runtime/randomness.ts';
import { captureOutput } from '../helpers/events.ts';
import * as checks from './model/check-commands.ts';
import { type Delivery, startDelivery } from './model/delivery.ts';
import { hearAll } from './model/hearing.ts';
import * as membership from './model/member-commands.ts';
import * as messages from './model/message-commands.ts';
import { type Choice, type Life, newLife, type Turn, turnOf } from './model/turn.ts';
import { startWholeChat, type WholeChat } from './whole-chat.ts';

const commands = { ...messages, ...membership, ...checks };
type Name = keyof typeof commands;

/** How often each is done, beside the others. */
const weights: Record<Name, number> = {
  create: 2,
  createDirect: 2,
  send: 16,
  reply: 6,
  repeat: 4,
  edit: 8,
  remove: 4,
  react: 8,
  unreact: 5,
  pin: 3,
  unpin: 2,
  read: 8,
  deliver: 4,
  add: 3,
  expel: 2,
  leave: 1,
  join: 2,
  changeRole: 3,
  rename: 2,
  close: 0.2,
  archive: 2,
  history: 4,
  list: 3,
  members: 2,
  receipts: 3,
  pins: 2,
  thread: 2,
  sync: 6,
};

const commandsOfALife = 420;
const lives = 25;

let chat: WholeChat;
let delivery: Delivery;
beforeAll(async () => {
  chat = await startWholeChat();
  delivery = await startDelivery(chat);
});
afterAll(async () => {
  await delivery.close();
  await chat.close();
});

type Step = Choice & { name: Name | 'rest' };

const number = fc.nat(0xffff);
const choice = {
  user: number,
  device: number,
  conversation: number,
  message: number,
  other: number,
  byFrame: fc.boolean(),
};

/** A failing life is told with every step that does not matter at rest. */
const steps: fc.Arbitrary<Step> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.record({ ...choice, name: fc.constant<'rest'>('rest') }), weight: 1 },
  ...Object.entries(weights).map(([name, weight]) => ({
    arbitrary: fc.record({ ...choice, name: fc.constant(name as Name) }),
    weight: Math.ceil(weight * 5),
  })),
);

const fewUsers = () => ['ann', 'bob', 'cas', 'dan'].map((name) => `${name}-${systemRandomness.id()}`);

async function live(lived: Step[]): Promise<number> {
  const life = newLife(chat, fewUsers());
  for (const user of life.world.users) await delivery.connect(user, user);
  for (const { name, ...chosen } of lived) {
    if (name !== 'rest') await take(life, name, chosen);
  }
  const turns = life.turns;
  await lookAtEverything(life);
  await hearAll(life, delivery);
  return turns;
}

/** What goes wrong is told with whose turn it was. */
async function take(life: Life, name: Name, chosen: Choice): Promise<void> {
  const turn = turnOf(life, chosen);
  try {
    await commands[name](turn);
  } catch (cause) {
    const { user, conversation, member, message, byFrame } = turn;
    const about = {
      user,
      role: member?.role,
      type: conversation.type,
      conversation: conversation.id,
      message,
      byFrame,
    };
    throw new Error(`turn ${turn.label}, ${name}: ${JSON.stringify(about)}`, { cause });
  }
}

async function lookAtEverything(life: Life): Promise<void> {
  for (const [user] of life.world.users.entries()) {
    for (const device of [0, 1]) await checks.sync(turn(life, { user, device }));
    await checks.list(turn(life, { user }));
    for (const [conversation] of life.world.conversations.entries()) {
      // An odd number is the latest page, and this one the longest. Members and receipts are looked at when all is heard.
      const turnThere = turn(life, { user, conversation, other: 99 });
      await checks.history(turnThere);
    }
  }
}

const nothingChosen: Choice = { user: 0, device: 0, conversation: 0, message: 0, other: 0, byFrame: false };
const turn = (life: Life, chosen: Partial<Choice>): Turn => turnOf(life, { ...nothingChosen, ...chosen });

test('ten thousand commands leave what a plain model says, for every user and on every device', async () => {
  let done = 0;
  captureOutput();
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { minLength: commandsOfALife, maxLength: commandsOfALife, size: 'max' }),
        async (lived) => {
          done += await live(lived);
        },
      ),
      { numRuns: lives, interruptAfterTimeLimit: 420_000, markInterruptAsFailure: true },
    );
  } finally {
    vi.restoreAllMocks();
  }
  expect(done).toBeGreaterThanOrEqual(10_000);
}, 480_000);
