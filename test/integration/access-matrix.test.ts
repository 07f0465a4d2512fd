import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { captureOutput } from '../helpers/events.ts';
import { requests } from './access/requests.ts';
import { missing, type Scene, stages } from './access/scene.ts';
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

function ask({ name, operation }: Pick<Row, 'name' | 'operation'>, scene: Scene): Promise<Answer> {
  const asked = requests[name]?.(scene);
  if (!asked) throw new Error(`there is no request for ${name}`);
  if (operation.includes(' ')) return chat.ask(operation, scene.caller, asked);
  if (!scene.caller) throw new Error('nobody without a token has a connection');
  return chat.sendFrame(operation, scene.caller, asked.body);
}

describe.each(tableNames)('%s:', (table) => {
  test.each(rowsOf(table))('$name', async (row) => {
    const answers: [Role, number][] = [];
    for (const [role] of row.cells) answers.push([role, (await ask(row, await stages[table](chat, role))).status]);
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(row.cells));
  });
});

describe('a stranger can’t tell what is not theirs from what does not exist:', () => {
  const rows = rowsOf('group').filter(({ cells }) =>
    cells.some(([role, status]) => role === 'stranger' && status === 403),
  );
  test.each(rows)('$name', async (row) => {
    for (const role of ['stranger', 'admin', 'removed'] as const) {
      const scene = await stages.group(chat, role);
      const foreign = await ask(row, scene);
      for (const nothing of nothings(scene)) {
        const answer = await ask(row, nothing);
        expect([answer.status, JSON.stringify(refusalIn(answer))]).toEqual([
          foreign.status,
          JSON.stringify(refusalIn(foreign)),
        ]);
      }
    }
  });
});

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
