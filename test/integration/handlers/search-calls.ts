import type { Message } from '../../../contract/message.ts';
import type { SearchPage } from '../../../contract/search.ts';
import { authorized } from '../../helpers/events.ts';
import { ask } from './answers.ts';

type Query = Record<string, string>;

/** What one who searches can do, by the exported handler, over a backend that runs. */
export async function searchCalls() {
  const { handler } = await import('../../../lambdas/http/search-messages.lambda.ts');

  const search = (userId: string, query: Query, scope = '') =>
    ask<SearchPage>(handler, 'GET /v1/search/messages', { authorizer: { ...authorized(userId), scope }, query });
  return {
    search,
    /** All pages; `between` is called after each of them. */
    async allPages(userId: string, query: Query, between = async () => {}): Promise<SearchPage[]> {
      const pages: SearchPage[] = [];
      let cursor: Query = {};
      for (;;) {
        const { body } = await search(userId, { ...query, ...cursor });
        pages.push(body);
        await between();
        if (body.nextCursor === undefined) return pages;
        cursor = { cursor: body.nextCursor };
      }
    },
  };
}
export type SearchCalls = Awaited<ReturnType<typeof searchCalls>>;

export const foundIn = (pages: SearchPage[]): Message[] => pages.flatMap(({ messages }) => messages);
