import { beforeEach, describe, expect, test, vi } from 'vitest';
import { batchHandler, queueHandler } from '../../../lambdas/edge/queue-handler.ts';
import { captureOutput, context, queueEvent } from '../../helpers/events.ts';

/** `done` is done, `again` wants another try, and anything else throws. */
const act = vi.fn(async (body: { say: string }) => {
  if (body.say === 'done' || body.say === 'again') return body.say === 'done';
  throw new Error('broken');
});
const handler = queueHandler('test', act);
const say = (word: string) => ({ say: word });
const failures = (...places: number[]) => ({
  batchItemFailures: places.map((place) => ({ itemIdentifier: `message-${place}` })),
});

describe('a batch of a queue', () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    act.mockClear();
    captureOutput();
  });

  test.each<[string, unknown[], number[]]>([
    ['nothing, where all is done', [say('done'), say('done')], []],
    ['what wants another try', [say('done'), say('again'), say('done')], [1]],
    ['what threw', [say('done'), say('throw')], [1]],
    ['what is no JSON', ['hello', say('done')], [0]],
    ['all that failed, each by itself', [say('throw'), say('done'), say('again'), 'x'], [0, 2, 3]],
    ['nothing of an empty batch', [], []],
  ])('reports %s', async (_, bodies, failed) => {
    expect(await handler(queueEvent(...bodies), context)).toEqual(failures(...failed));
  });

  test('has a try for every message, whatever became of the others', async () => {
    await handler(queueEvent(say('throw'), say('again'), say('done')), context);
    expect(act).toHaveBeenCalledTimes(3);
  });
});

describe('a batch that is acted on together', () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    captureOutput();
  });

  const actOnAll = vi.fn(async (bodies: { say: string }[]) => bodies.map((body) => body.say === 'done'));
  const together = batchHandler('test', actOnAll);

  test('reports what wants another try and what is no JSON, each in its place', async () => {
    const answer = await together(queueEvent(say('done'), 'x', say('again'), say('done'), say('again')), context);
    expect(answer).toEqual(failures(1, 2, 4));
    expect(actOnAll.mock.lastCall).toEqual([['done', 'again', 'done', 'again'].map(say)]);
  });

  test('comes again whole where it throws', async () => {
    actOnAll.mockRejectedValueOnce(new Error('broken'));
    await expect(together(queueEvent(say('done')), context)).rejects.toThrow('broken');
  });
});
