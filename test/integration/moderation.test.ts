import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AdminMessagePage, AuditPage, RevisionPage } from '../../contract/admin.ts';
import type { BanPage } from '../../contract/ban.ts';
import type { Message } from '../../contract/message.ts';
import type { AdminReport, Report, ReportPage } from '../../contract/report.ts';
import { banKnownMs } from '../../lambdas/app/known-bans.ts';
import { openTable } from '../../lambdas/data/client.ts';
import { banKey } from '../../lambdas/data/keys.ts';
import { reportStore } from '../../lambdas/data/report-store.ts';
import { claimMs } from '../../lambdas/domain/report.ts';
import { systemRandomness } from '../../lambdas/runtime/randomness.ts';
import { tableName } from '../helpers/database.ts';
import { captureOutput } from '../helpers/events.ts';
import { requests } from './access/requests.ts';
import { stages } from './access/scene.ts';
import { rowsOf } from './access/table.ts';
import { type Answer, type Asked, type Caller, codeIn, good, startWholeChat, type WholeChat } from './whole-chat.ts';

let chat: WholeChat;
let admin: Caller;
beforeAll(async () => {
  chat = await startWholeChat();
});
afterAll(() => chat.close());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  captureOutput();
  admin = { userId: `admin-${systemRandomness.id()}`, scope: 'chat:admin' };
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
const one = '/v1/conversations/{conversationId}';
const asAdmin = async <Body>(routeKey: string, asked: Asked = {}) => good<Body>(await chat.ask(routeKey, admin, asked));

/** A group of three in which bob has said something. */
async function scene() {
  const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((name) => ({ userId: `${name}-${systemRandomness.id()}` }));
  if (!ann || !bob || !eve) throw new Error('there are three');
  const body = { type: 'group', title: 'Team', memberIds: [bob.userId, eve.userId] };
  const made = await chat.ask('POST /v1/conversations', ann, { body });
  const conversationId = good<{ conversation: { id: string } }>(made).conversation.id;
  const say = async (caller: Caller, text: string): Promise<Answer> =>
    chat.ask(`POST ${one}/messages`, caller, { params: { conversationId }, body: { clientMessageId: text, text } });
  const said = async (text: string) => good<{ message: Message }>(await say(bob, text)).message;
  const report = (caller: Caller, messageId: string, reason = 'rude') =>
    chat.ask('POST /v1/messages/{messageId}/reports', caller, { params: { messageId }, body: { reason } });
  return { ann, bob, eve, conversationId, say, said, report, message: await said('you fool') };
}

const reportedIn = (answer: Answer) => good<{ report: Report }>(answer).report;
const resolve = (caller: Caller, reportId: string, body: object) =>
  chat.ask('PATCH /v1/admin/reports/{reportId}', caller, {
    params: { reportId },
    body: { status: 'resolved', ...body },
  });
const listOf = async (status: string) =>
  (await asAdmin<ReportPage>('GET /v1/admin/reports', { query: { status, limit: '100' } })).reports;
const listedAs = async (status: string, id: string) => (await listOf(status)).find((report) => report.id === id);

describe('a report', () => {
  test('is made once for each user and message, whatever its repeat says', async () => {
    const { ann, eve, message, report } = await scene();
    const first = await report(ann, message.id);
    const second = await report(ann, message.id, 'very rude');
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect(reportedIn(first)).toMatchObject({ reason: 'rude', category: 'other', reporterId: ann.userId });
    expect((await report(eve, message.id)).status).toBe(201);
  });

  test('shows administrators what was said, after it was edited and deleted too', async () => {
    const { ann, bob, message, report } = await scene();
    const { id } = reportedIn(await report(ann, message.id));
    expect(await listedAs('open', id)).toMatchObject({ senderId: bob.userId, message: { text: 'you fool' } });
    const params = { messageId: message.id };
    good(await chat.ask('PATCH /v1/messages/{messageId}', bob, { params, body: { text: 'dear you' } }));
    good(await chat.ask('DELETE /v1/messages/{messageId}', bob, { params }));
    const listed = await listedAs('open', id);
    expect(listed?.message).toMatchObject({ text: 'dear you', deletedAt: expect.any(String) });
  });

  test('waits behind those that came before it, over pages', async () => {
    const { ann, said, report } = await scene();
    const ids: string[] = [];
    for (const text of ['1', '2', '3']) {
      ids.push(reportedIn(await report(ann, (await said(text)).id)).id);
      later(1);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '2', ...(cursor !== undefined && { cursor }) };
      const page: ReportPage = await asAdmin('GET /v1/admin/reports', { query });
      seen.push(...page.reports.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => ids.includes(id))).toEqual(ids);
  });

  test.each(['bm9uc2Vuc2U', '!'])('list refuses the cursor %s, which was never its own', async (cursor) => {
    const answer = await chat.ask('GET /v1/admin/reports', admin, { query: { cursor } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'cursor' }] } });
  });
});

describe('resolving a report', () => {
  test('deletes the message as a moderator does, and moves the report', async () => {
    const { ann, message, report } = await scene();
    const { id } = reportedIn(await report(ann, message.id));
    const ended = await resolve(admin, id, { action: 'deleteMessage', note: 'against the rules' });
    expect(good<{ report: AdminReport }>(ended).report).toMatchObject({
      status: 'resolved',
      resolution: { action: 'deleteMessage', note: 'against the rules', resolvedBy: admin.userId },
    });
    const shown = await chat.ask('GET /v1/messages/{messageId}', ann, { params: { messageId: message.id } });
    expect(good<{ message: Message }>(shown).message).not.toHaveProperty('text');
    expect(await listedAs('open', id)).toBeUndefined();
    expect(await listedAs('resolved', id)).toMatchObject({ message: { text: 'you fool' } });
  });

  test('tells who made it no more than that it is resolved', async () => {
    const { ann, message, report } = await scene();
    const { id } = reportedIn(await report(ann, message.id));
    good(await resolve(admin, id, { action: 'none', note: 'for us alone' }));
    const told = reportedIn(await report(ann, message.id));
    expect(told).toMatchObject({ id, status: 'resolved' });
    expect(JSON.stringify(told)).not.toContain('for us alone');
  });

  test('removes the sender from the conversation', async () => {
    const { ann, bob, message, report, say } = await scene();
    good(await resolve(admin, reportedIn(await report(ann, message.id)).id, { action: 'removeMember' }));
    expect((await say(bob, 'still here')).status).toBe(403);
    expect((await say(ann, 'gone')).status).toBe(201);
  });

  test('bans the sender everywhere', async () => {
    const { ann, bob, message, report } = await scene();
    good(await resolve(admin, reportedIn(await report(ann, message.id)).id, { action: 'banUser', note: 'spam' }));
    expect(await chat.database.itemOf(banKey(bob.userId))).toMatchObject({ bannedBy: admin.userId, reason: 'spam' });
  });

  test('is for one decision: the same again is answered so, another is in conflict', async () => {
    const { ann, message, report } = await scene();
    const { id } = reportedIn(await report(ann, message.id));
    const first = await resolve(admin, id, { action: 'none' });
    expect(await resolve(admin, id, { action: 'none' })).toEqual(first);
    expect(codeIn(await resolve(admin, id, { action: 'banUser' }))).toBe('CONFLICT');
    expect(codeIn(await resolve({ ...admin, userId: 'other' }, id, { action: 'none' }))).toBe('CONFLICT');
  });

  test('by ten administrators at once is done by one of them', async () => {
    const { ann, message, report } = await scene();
    const { id } = reportedIn(await report(ann, message.id));
    const all = Array.from({ length: 10 }, (_, n) => ({ userId: `admin-${n}`, scope: 'chat:admin' }));
    const answers = await Promise.all(all.map((each) => resolve(each, id, { action: 'deleteMessage' })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 200 && status !== 409 && status !== 503)).toEqual([]);
    const page = await asAdmin<RevisionPage>('GET /v1/admin/messages/{messageId}/revisions', {
      params: { messageId: message.id },
    });
    expect(page.revisions).toHaveLength(1);
  });

  test('that died on the way is finished by who began it, and by others once it must be over', async () => {
    const { ann, message, report } = await scene();
    const { id } = reportedIn(await report(ann, message.id));
    const claim = { action: 'none' as const, by: admin.userId, atMs: Date.now() };
    await reportStore(openTable(tableName)).claim(id, claim);
    const other = { userId: 'other', scope: 'chat:admin' };
    expect(codeIn(await resolve(other, id, { action: 'none' }))).toBe('UNAVAILABLE');
    expect(codeIn(await resolve(admin, id, { action: 'banUser' }))).toBe('UNAVAILABLE');
    later(claimMs);
    expect((await resolve(other, id, { action: 'none' })).status).toBe(200);
  });

  test('in a direct conversation removes nobody, and leaves the report open', async () => {
    const { ann, bob } = await scene();
    const made = await chat.ask('POST /v1/conversations', ann, { body: { type: 'direct', userId: bob.userId } });
    const conversationId = good<{ conversation: { id: string } }>(made).conversation.id;
    const params = { conversationId };
    const body = { clientMessageId: 'm', text: 'rude' };
    const { message } = good<{ message: Message }>(await chat.ask(`POST ${one}/messages`, bob, { params, body }));
    const asked = { params: { messageId: message.id }, body: { reason: 'rude' } };
    const { id } = reportedIn(await chat.ask('POST /v1/messages/{messageId}/reports', ann, asked));
    expect(codeIn(await resolve(admin, id, { action: 'removeMember' }))).toBe('CONFLICT');
    expect(await listedAs('open', id)).toBeDefined();
  });
});

describe('the view of administrators', () => {
  const viewOf = (conversationId: string, query: Record<string, string> = {}) =>
    asAdmin<AdminMessagePage>('GET /v1/admin/conversations/{conversationId}/messages', {
      params: { conversationId },
      query,
    });

  test('holds all that a message ever said', async () => {
    const { bob, conversationId, message } = await scene();
    const params = { messageId: message.id };
    for (const text of ['you', 'dear you']) {
      good(await chat.ask('PATCH /v1/messages/{messageId}', bob, { params, body: { text } }));
    }
    good(await chat.ask('DELETE /v1/messages/{messageId}', bob, { params }));

    const { messages } = await viewOf(conversationId);
    expect(messages).toMatchObject([{ id: message.id, text: 'dear you', deletedAt: expect.any(String) }]);
    expect(messages[0]?.revisions.map(({ kind, text, by }) => [kind, text, by])).toEqual([
      ['edited', 'you fool', bob.userId],
      ['edited', 'you', bob.userId],
      ['deleted', 'dear you', bob.userId],
    ]);
    const paged = await asAdmin<RevisionPage>('GET /v1/admin/messages/{messageId}/revisions', {
      params,
      query: { limit: '2' },
    });
    expect(paged.revisions).toEqual(messages[0]?.revisions.slice(0, 2));
    const rest = await asAdmin<RevisionPage>('GET /v1/admin/messages/{messageId}/revisions', {
      params,
      query: { cursor: paged.nextCursor ?? 'none' },
    });
    expect(rest.revisions).toEqual(messages[0]?.revisions.slice(2));
  });

  test('has the pages of any history', async () => {
    const { conversationId, said } = await scene();
    for (const text of ['2', '3', '4', '5']) await said(text);
    const seqsOf = async (query: Record<string, string>) => {
      const { messages, hasMoreBefore, hasMoreAfter } = await viewOf(conversationId, query);
      return [messages.map(({ seq }) => seq), hasMoreBefore, hasMoreAfter];
    };
    expect(await seqsOf({ limit: '2' })).toEqual([[4, 5], true, false]);
    expect(await seqsOf({ limit: '2', before: '4' })).toEqual([[2, 3], true, true]);
    expect(await seqsOf({ limit: '2', after: '4' })).toEqual([[5], true, false]);
  });

  test('of what does not exist is not found', async () => {
    const asked = { params: { conversationId: 'gnothing' } };
    const answer = await chat.ask('GET /v1/admin/conversations/{conversationId}/messages', admin, asked);
    expect(codeIn(answer)).toBe('NOT_FOUND');
  });

  test('shows whom a user has blocked', async () => {
    const { ann, bob } = await scene();
    good(await chat.ask('PUT /v1/users/me/blocks/{userId}', ann, { params: bob }));
    expect(await asAdmin('GET /v1/admin/users/{userId}/blocks', { params: ann })).toMatchObject({
      blocks: [{ userId: bob.userId }],
    });
  });
});

describe('a banned user', () => {
  const ban = (userId: string) => chat.ask('PUT /v1/admin/bans/{userId}', admin, { params: { userId } });
  const lift = (userId: string) => chat.ask('DELETE /v1/admin/bans/{userId}', admin, { params: { userId } });
  const isListed = async (userId: string) => {
    const { bans } = await asAdmin<BanPage>('GET /v1/admin/bans', { query: { limit: '100' } });
    return bans.some((each) => each.userId === userId);
  };

  test('is refused by requests and frames that let them in before, within ten seconds; and let in again', async () => {
    const { bob, conversationId, say } = await scene();
    const frame = () =>
      chat.sendFrame('message.send', bob, { conversationId, clientMessageId: String(Date.now()), text: 'by frame' });
    expect([(await say(bob, 'before')).status, (await frame()).status]).toEqual([201, 200]);

    good(await ban(bob.userId));
    expect(await isListed(bob.userId)).toBe(true);
    later(banKnownMs);
    const refused = { detail: 'unable to send the message; the user is banned', code: 'FORBIDDEN' };
    expect(await say(bob, 'after')).toMatchObject({ status: 403, body: refused });
    expect(await frame()).toMatchObject({ status: 403 });

    good(await lift(bob.userId));
    expect(await isListed(bob.userId)).toBe(false);
    later(banKnownMs);
    expect([(await say(bob, 'again')).status, (await frame()).status]).toEqual([201, 200]);
  });

  test('whom no function has met yet is refused at once, by every route', async () => {
    const banned = `banned-${systemRandomness.id()}`;
    good(await ban(banned));
    const stage = await stages.group(chat);
    const scene = { ...stage('member'), caller: { userId: banned } };
    const routes = rowsOf('group').filter(({ name, operation }) => name === operation && operation.includes(' '));
    for (const { name } of routes) {
      const answer = await chat.ask(name, scene.caller, requests[name]?.(scene));
      expect([name, answer.status, answer.body]).toEqual([
        name,
        403,
        expect.objectContaining({ detail: expect.stringMatching(/; the user is banned$/) }),
      ]);
    }
  });

  test('is banned once: lifting what is not there, and banning again, leave one ban or none', async () => {
    const userId = `nobody-${systemRandomness.id()}`;
    good(await lift(userId));
    expect(await isListed(userId)).toBe(false);
    good(await ban(userId));
    good(await ban(userId));
    expect(await isListed(userId)).toBe(true);
    good(await lift(userId));
    expect(await chat.database.itemOf(banKey(userId))).toBeUndefined();
  });
});

describe('the audit log', () => {
  const entriesBy = async ({ userId }: Caller, query: Record<string, string> = {}) => {
    const reader = { userId: 'auditor', scope: 'chat:admin' };
    const asked = { query: { limit: '100', ...query } };
    const { entries } = good<AuditPage>(await chat.ask('GET /v1/admin/audit', reader, asked));
    return entries.filter((entry) => entry.userId === userId);
  };
  const rows = (['own', 'group'] as const).flatMap((name) => rowsOf(name).map((row) => ({ ...row, table: name })));
  const adminRows = rows.filter(({ operation }) => operation.includes(' /v1/admin/'));

  test('is asked about every route that there is for administrators', () => {
    const routes = chat.operations.filter((operation) => operation.includes(' /v1/admin/'));
    expect([...new Set(adminRows.map(({ operation }) => operation))].toSorted()).toEqual(routes.toSorted());
  });

  test.each(adminRows)('has exactly one entry of $name', async ({ name, operation, table }) => {
    const scene = (await stages[table](chat))('admin');
    const asked = requests[name]?.(scene) ?? {};
    const { status } = await chat.ask(operation, admin, asked);
    expect([200, 204, 404]).toContain(status);
    expect(await entriesBy(admin)).toEqual([
      {
        id: expect.any(String),
        at: expect.any(String),
        userId: admin.userId,
        operation: expect.any(String),
        target: expect.objectContaining({ ...asked.params }),
      },
    ]);
  });

  test.each(adminRows)('has none of $name by somebody who may not', async ({ name, operation, table }) => {
    const scene = (await stages[table](chat))('admin');
    const backend = { userId: `backend-${systemRandomness.id()}`, scope: 'chat:service' };
    expect((await chat.ask(operation, backend, requests[name]?.(scene))).status).toBe(403);
    expect(await entriesBy(backend)).toEqual([]);
  });

  test('is read newest first, over pages and over the end of a month, from one time to another', async () => {
    vi.setSystemTime(Date.UTC(2031, 0, 31, 23, 59, 58));
    const times: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      times.unshift(new Date().toISOString());
      await asAdmin('GET /v1/admin/bans');
      later(1_000);
    }
    const from = '2031-01-31T23:59:58.000Z';
    const read = async (query: Record<string, string>) =>
      good<AuditPage>(await chat.ask('GET /v1/admin/audit', admin, { query }));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await read({ from, to: '2031-02-01T00:00:03.000Z', limit: '2', ...(cursor && { cursor }) });
      seen.push(...page.entries.map(({ at }) => at));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(times);
    const some = await read({ from: '2031-01-31T23:59:59.000Z', to: '2031-02-01T00:00:01.000Z' });
    expect(some.entries.map(({ at }) => at)).toEqual(times.slice(2, 4));
  });

  test.each([
    ['an end before its beginning', { from: '2031-01-02T00:00:00Z', to: '2031-01-01T00:00:00Z' }, 'from'],
    ['more than a year', { from: '2020-01-01T00:00:00Z', to: '2031-01-01T00:00:00Z' }, 'from'],
    ['more than a year until now', { from: '2020-01-01T00:00:00Z' }, 'from'],
    ['a time that is none', { to: 'yesterday' }, 'to'],
    ['a cursor of another time', { cursor: Buffer.from('0000000000000001#a').toString('base64url') }, 'cursor'],
  ])('refuses %s', async (_, query, path) => {
    const answer = await chat.ask('GET /v1/admin/audit', admin, { query });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });
});
