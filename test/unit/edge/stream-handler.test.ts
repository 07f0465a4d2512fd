import { beforeEach, describe, expect, test, vi } from 'vitest';
import { streamHandler } from '../../../lambdas/edge/stream-handler.ts';
import { captureOutput, context, streamEvent } from '../../helpers/events.ts';

const act = vi.fn(async (_: string[]): Promise<{ failed: number[] }> => ({ failed: [] }));
const handler = streamHandler({
  operation: 'test',
  read: ({ after: { text } = {} }) => {
    if (!text?.S) throw new Error('unreadable');
    return text.S;
  },
  act,
});

/** A record for each letter; `?` is one that can't be understood. */
const records = (letters: string) => streamEvent(...[...letters].map((letter) => imageOf(letter)));
const imageOf = (letter: string): Record<string, { S: string }> => (letter === '?' ? {} : { text: { S: letter } });
const failures = (...identifiers: string[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('a batch of the stream', () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    act.mockReset().mockResolvedValue({ failed: [] });
    captureOutput();
  });

  test('that went well reports nothing, which to Lambda means that all is done', async () => {
    expect(await handler(records('abc'), context)).toEqual(failures());
    expect(act).toHaveBeenCalledExactlyOnceWith(['a', 'b', 'c']);
  });

  test('without a record is done', async () => {
    expect(await handler(records(''), context)).toEqual(failures());
  });

  test.each<[string, string, number[], string]>([
    ['in the middle', 'abcd', [2], '102'],
    ['at the end', 'abcd', [3], '103'],
    ['in several places', 'abcd', [3, 1], '101'],
    ['alone in the batch', 'a', [0], '100'],
  ])('that failed %s goes on from the first that failed', async (_, letters, failed, first) => {
    act.mockResolvedValue({ failed });
    expect(await handler(records(letters), context)).toEqual(failures(first));
  });

  test('whose first record failed is failed as a whole, so that Lambda halves it', async () => {
    act.mockResolvedValue({ failed: [0] });
    await expect(handler(records('ab'), context)).rejects.toThrow('the first record');
  });

  test('with an unreadable record still acts on all the others', async () => {
    expect(await handler(records('a?c'), context)).toEqual(failures('101'));
    expect(act).toHaveBeenCalledExactlyOnceWith(['a', 'c']);
  });

  test('whose first record is unreadable is failed as a whole, after the others were acted on', async () => {
    await expect(handler(records('?bc'), context)).rejects.toThrow('the first record');
    expect(act).toHaveBeenCalledExactlyOnceWith(['b', 'c']);
  });

  test('of one unreadable record reports it', async () => {
    expect(await handler(records('?'), context)).toEqual(failures('100'));
  });

  test('counts a failed record by its place among all records, not among the readable', async () => {
    act.mockResolvedValue({ failed: [1] });
    expect(await handler(records('ab?d'), context)).toEqual(failures('101'));
    act.mockResolvedValue({ failed: [2] });
    expect(await handler(records('ab?d'), context)).toEqual(failures('102'));
    act.mockResolvedValue({ failed: [] });
    expect(await handler(records('ab?d'), context)).toEqual(failures('102'));
  });

  test('that throws is tried again as a whole', async () => {
    act.mockRejectedValue(new Error('no table'));
    await expect(handler(records('abc'), context)).rejects.toThrow('no table');
  });

  test('that throws before it even waits is no different', async () => {
    act.mockImplementation(() => {
      throw new Error('at once');
    });
    await expect(handler(records('a'), context)).rejects.toThrow('at once');
  });
});
