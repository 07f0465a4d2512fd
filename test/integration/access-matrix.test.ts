import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { captureOutput } from '../helpers/events.ts';
import { requests } from './access/requests.ts';
import { missing, type Scene, type Stage, stages } from './access/scene.ts';
import { type Role, type Row, rowsOf, tableNames } from './access/table.ts';
import { type Answer, refusalIn, startWholeChat, type WholeChat } from './whole-chat.ts';

let chat: WholeChat;
beforeAll(async () => {
  chat = await startWholeChat();
});
afterAll(() => chat.close());
beforeEach(() => {
  captureOutput();
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function ask({ name, operation }: Pick<Row, 'name' | 'operation'>, scene: Scene): Promise<Answer> {
  const asked = requests[name]?.(scene);
  if (!asked) throw new Error(`there is no request for ${name}`);
  if (operation.includes(' ')) return chat.ask(operation, scene.caller, asked);
  if (!scene.caller) throw new Error('nobody without a token has a connection');
  await chat.connect(scene.caller);
  return chat.sendFrame(operation, scene.caller, asked.body);
}

describe.each(tableNames)('%s:', (table) => {
  test.each(rowsOf(table))('$name', async (row) => {
    const answers: [Role, number][] = [];
    let stage = await stages[table](chat);
    for (const [role] of row.cells) {
      const { status } = await ask(row, stage(role));
      answers.push([role, status]);
      // What is refused changes nothing; what was done would change the next one's answer.
      if (status < 400 && !row.operation.startsWith('GET')) stage = await stages[table](chat);
    }
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(row.cells));
  });
});

describe('who is no member can’t tell what is not theirs from what does not exist:', () => {
  let stage: Stage;
  beforeAll(async () => {
    captureOutput();
    stage = await stages.group(chat);
  });

  const isRefused = ({ cells }: Row) => cells.some(([role, status]) => role === 'stranger' && status === 403);
  test.each(rowsOf('group').filter(isRefused))('$name', async (row) => {
    for (const role of strangersTo(row)) {
      const foreign = wordsOf(await ask(row, stage(role)));
      for (const nothing of nothings(stage(role))) expect(wordsOf(await ask(row, nothing))).toEqual(foreign);
    }
  });
});

/** Where administrators have a view of their own, they are none. */
const strangersTo = ({ cells }: Row) =>
  (['stranger', 'admin', 'removed'] as const).filter((role) =>
    cells.some(([who, status]) => who === role && status >= 400),
  );

/** The answer byte for byte, but for the request's own id. */
const wordsOf = (answer: Answer) => [answer.status, JSON.stringify(refusalIn(answer))];

/** A conversation that never was, a message that never was, and ids that we never make. */
function nothings(scene: Scene): Scene[] {
  const elsewhere = missing(scene.caller);
  const later = { messageId: `${scene.conversation.conversationId}.4711` };
  const nonsense = { messageId: 'nonsense.1' };
  return [
    { ...scene, ...elsewhere, caller: scene.caller },
    { ...scene, message: later, own: later },
    { ...scene, message: nonsense, own: nonsense, conversation: { conversationId: 'nonsense' } },
  ];
}

test('the tables know every operation that there is', () => {
  const known = tableNames.flatMap((table) => rowsOf(table).map(({ operation }) => operation));
  expect([...new Set(known)].toSorted()).toEqual(chat.operations.toSorted());
});
