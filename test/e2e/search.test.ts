import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SearchPage } from '../../contract/search.ts';
import { bodyOf } from '../helpers/client-http.ts';
import { type OpenTarget, openTarget } from '../helpers/client-target.ts';
import * as given from '../helpers/steps-given.ts';
import * as when from '../helpers/steps-when.ts';

let target: OpenTarget;
let alice: given.AbsentUser;
let bob: given.AbsentUser;

beforeAll(async () => {
  target = await openTarget();
  [alice, bob] = [await given.absentUser(target, 'alice'), await given.absentUser(target, 'bob')];
});
afterAll(() => target.close());

const searches = async (user: given.AbsentUser, query: Record<string, string>): Promise<SearchPage> =>
  bodyOf(await when.calls<SearchPage>(user, `/search/messages?${new URLSearchParams(query)}`));

describe('a search', () => {
  test('finds in one conversation, in any script', async () => {
    const conversation = await given.directConversation(alice, bob);
    await when.sendsByHttp(alice, conversation, 'Встреча в кафе «Müller & Söhne»');
    await when.sendsByHttp(bob, conversation, '会議は明日です');

    const found = async (q: string) =>
      (await searches(bob, { conversationId: conversation, q })).messages.map(({ text }) => text);
    expect(await found('КАФЕ muller & sohne')).toEqual(['Встреча в кафе «Müller & Söhne»']);
    expect(await found('明日')).toEqual(['会議は明日です']);
  });

  test('pages through many conversations, newest first', async () => {
    const [carol, ...others] = await Promise.all(
      Array.from({ length: 41 }, (_, place) => given.absentUser(target, `user-${place}`)),
    );
    if (!carol) throw new Error('there is nobody');
    for (const [place, other] of others.entries()) {
      await when.sendsByHttp(other, await given.directConversation(carol, other), `hello ${place}`);
    }

    const found: (string | undefined)[] = [];
    let cursor: Record<string, string> = {};
    for (let page = 0; page < 4; page += 1) {
      const { messages, nextCursor } = await searches(carol, { q: 'hello', limit: '10', ...cursor });
      found.push(...messages.map(({ text }) => text));
      cursor = { cursor: nextCursor ?? '' };
    }
    expect(found).toEqual(others.map((_, place) => `hello ${place}`).toReversed());
  });
});
