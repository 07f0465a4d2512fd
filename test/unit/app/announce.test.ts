import { describe, expect, it } from 'vitest';
import { announce, type Occurrence } from '../../../lambdas/app/announce.ts';
import type { KeyNews } from '../../../lambdas/domain/device-keys.ts';
import type { PresenceChange } from '../../../lambdas/domain/presence.ts';
import { aConnection, fanOutScene, sent } from '../../helpers/fan-out-scene.ts';
import { aHead } from '../../helpers/memory-stores.ts';

const came = (userId: string): { presence: PresenceChange } => ({
  presence: { userId, status: 'online', atMs: 1 },
});
const keys: { keys: KeyNews } = { keys: { emit: 'keys.changed', userId: 'ann', deviceId: 'd1', atMs: 1 } };
const message = (seq: number): Occurrence => ({ change: sent({ seq }) });
const removal: Occurrence = {
  change: {
    emit: 'membership.changed',
    head: aHead(),
    changed: { atMs: 0, removed: [{ userId: 'eve', role: 'member', joinedSeq: 0 }] },
  },
};

function scene({ queueFails = false, forgettingFails = false } = {}) {
  const { ports, posts } = fanOutScene({ connections: [aConnection('bob', 'b1')], forgettingFails });
  const queued: PresenceChange[][] = [];
  const queuedKeys: KeyNews[][] = [];
  const presenceQueue = {
    async presenceChanged(changes: PresenceChange[]) {
      if (queueFails) throw new Error('no queue');
      queued.push(changes);
    },
    async keysChanged(news: KeyNews[]) {
      if (queueFails) throw new Error('no queue');
      queuedKeys.push(news);
    },
  };
  return { posts, queued, queuedKeys, run: announce({ ...ports, presenceQueue }) };
}

describe('a batch of changes of conversations and of who is there', () => {
  it('tells the ones and queues the others, each in order', async () => {
    const { posts, queued, run } = scene();

    expect(await run([came('ann'), message(1), came('cyd'), message(2)])).toEqual({ failed: [], delivered: 2 });

    expect(posts.map(({ seqs }) => seqs)).toEqual([[1, 2]]);
    expect(queued).toEqual([[came('ann').presence, came('cyd').presence]]);
  });

  it('queues nothing where nobody came or went', async () => {
    const { queued, run } = scene();
    await run([message(1)]);
    expect(queued).toEqual([]);
  });

  it('fails those alone who came and went where their queue fails', async () => {
    const { posts, run } = scene({ queueFails: true });

    expect(await run([message(1), came('ann'), message(2), came('cyd')])).toEqual({ failed: [1, 3], delivered: 2 });

    expect(posts.map(({ seqs }) => seqs)).toEqual([[1, 2]]);
  });

  it('queues news of keys beside them, and fails them with their queue', async () => {
    const { queued, queuedKeys, run } = scene();
    expect(await run([keys, message(1), came('ann')])).toEqual({ failed: [], delivered: 1 });
    expect([queued, queuedKeys]).toEqual([[[came('ann').presence]], [[keys.keys]]]);
    expect((await scene({ queueFails: true }).run([message(1), keys])).failed).toEqual([1]);
  });

  it('names a failed change by its place among all', async () => {
    const { queued, run } = scene({ forgettingFails: true });

    expect(await run([came('ann'), message(1), removal, came('cyd')])).toMatchObject({ failed: [2] });

    expect(queued).toHaveLength(1);
  });
});
