import { beforeEach, describe, expect, test, vi } from 'vitest';
import { fifoHandler } from '../../../lambdas/edge/fifo-handler.ts';
import { captureOutput, context, queueEvent } from '../../helpers/events.ts';

const act = vi.fn(async (bodies: string[][]) => ({ delivered: bodies.length }));
const handler = fifoHandler('test', act);
let output: ReturnType<typeof captureOutput>;

/** Messages of groups, each with its text: `a:1` is JSON, `a:?` is none. */
function batch(...messages: string[]) {
  const event = queueEvent(...messages.map((message) => (message.endsWith('?') ? '{' : [message])));
  for (const [place, record] of event.Records.entries())
    record.attributes.MessageGroupId = messages[place]?.split(':')[0];
  return event;
}
const failures = (...places: number[]) => ({
  batchItemFailures: places.map((place) => ({ itemIdentifier: `message-${place}` })),
});

beforeEach(() => {
  vi.restoreAllMocks();
  act.mockClear();
  output = captureOutput();
});

describe('a batch of a FIFO queue', () => {
  test('is acted on at once, in order', async () => {
    expect(await handler(batch('a:1', 'b:1', 'a:2'), context)).toEqual(failures());
    expect(act).toHaveBeenCalledExactlyOnceWith([['a:1'], ['b:1'], ['a:2']]);
    expect(output.lines()).toMatchObject([{ operation: 'test', events: 3 }]);
  });

  test.each<[string, string[], string[], number[]]>([
    ['fails with what follows it in its group', ['a:1', 'a:?', 'b:1', 'a:2'], ['a:1', 'b:1'], [1, 3]],
    ['is no trouble of other groups', ['a:?', 'b:1', 'c:1'], ['b:1', 'c:1'], [0]],
    ['may be several', ['a:?', 'b:?', 'a:2'], [], [0, 1, 2]],
  ])('in which one can not be understood: it %s', async (_, messages, acted, failed) => {
    expect(await handler(batch(...messages), context)).toEqual(failures(...failed));
    expect(act).toHaveBeenCalledExactlyOnceWith(acted.map((text) => [text]));
  });

  test('that can not be acted on comes again as a whole', async () => {
    act.mockRejectedValueOnce(new Error('no table'));
    await expect(handler(batch('a:1', 'b:1'), context)).rejects.toThrow('no table');
  });
});
