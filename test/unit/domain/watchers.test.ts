import { describe, expect, it } from 'vitest';
import { listeners, placeFor, type Watcher } from '../../../lambdas/domain/watchers.ts';

const watcher = (connectionId: string, over: Partial<Watcher> = {}): Watcher => ({
  connectionId,
  userId: 'ann',
  expiresAtMs: 2_000,
  ...over,
});
const over = (connectionId: string) => watcher(connectionId, { expiresAtMs: 1_000 });

describe('a place among the watchers', () => {
  const most = 2;

  it.each<[what: string, connectionId: string, watchers: Watcher[], place: ReturnType<typeof placeFor>]>([
    ['is free where nobody watches', 'c1', [], { isFree: true, instead: [] }],
    ['is free where there is room', 'c1', [watcher('c2')], { isFree: true, instead: [] }],
    ['is taken where as many watch as may', 'c1', [watcher('c2'), watcher('c3')], { isFree: false }],
    ['is one’s own where one watches already', 'c1', [watcher('c1'), watcher('c2')], { isFree: true, instead: [] }],
    ['is that of one whose time is over', 'c1', [over('c2'), watcher('c3')], { isFree: true, instead: [over('c2')] }],
    ['is taken where more watch than may', 'c1', [watcher('c2'), watcher('c3'), over('c4')], { isFree: false }],
    ['is not emptied of oneself', 'c1', [over('c1')], { isFree: true, instead: [] }],
  ])('%s', (_, connectionId, watchers, place) => {
    expect(placeFor(connectionId, watchers, 1_000, most)).toEqual(place);
  });
});

it('all hear what somebody does but their own connections, and those whose time is over', () => {
  const watchers = [watcher('c1'), watcher('c2', { userId: 'bob' }), { ...over('c3'), userId: 'cy' }];
  expect(listeners(watchers, 'ann', 1_000).map(({ connectionId }) => connectionId)).toEqual(['c2']);
});
