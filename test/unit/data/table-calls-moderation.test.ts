import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { listReports } from '../../../lambdas/app/list-reports.ts';
import { listBans } from '../../../lambdas/app/manage-bans.ts';
import { oversee } from '../../../lambdas/app/oversee.ts';
import { readAudit } from '../../../lambdas/app/read-audit.ts';
import { readEvidence } from '../../../lambdas/app/read-evidence.ts';
import { reportMessage } from '../../../lambdas/app/report-message.ts';
import { resolveReport } from '../../../lambdas/app/resolve-report.ts';
import { auditStore } from '../../../lambdas/data/audit-store.ts';
import { banStore } from '../../../lambdas/data/ban-store.ts';
import { connectionStore } from '../../../lambdas/data/connection-store.ts';
import { evidenceStore } from '../../../lambdas/data/evidence-store.ts';
import { headItem, memberItem, messageItem, reportItem } from '../../../lambdas/data/items.ts';
import { membershipStore } from '../../../lambdas/data/membership-store.ts';
import { messageStore } from '../../../lambdas/data/message-store.ts';
import { pinStore } from '../../../lambdas/data/pin-store.ts';
import { reportStore } from '../../../lambdas/data/report-store.ts';
import { revisionStore } from '../../../lambdas/data/revision-store.ts';
import { watcherStore } from '../../../lambdas/data/watcher-store.ts';
import type { Message } from '../../../lambdas/domain/message.ts';
import type { Report } from '../../../lambdas/domain/report.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const clock = fakeClock();
const message: Message = {
  conversationId: 'c1',
  seq: 1,
  senderId: 'bob',
  type: 'text',
  text: 'rude',
  createdAtMs: clock.now(),
  rev: 0,
  membershipVersion: 1,
};
const report: Report = {
  reportId: 'r1',
  conversationId: 'c1',
  seq: 1,
  senderId: 'bob',
  reporterId: 'alice',
  category: 'abuse',
  reason: 'rude',
  createdAtMs: clock.now(),
  status: 'open',
};
const admin = { userId: 'root', scopes: ['chat:admin'], expiresAt: clock.now() + 1 };

let recorded: ReturnType<typeof recordedTable>;
beforeEach(() => {
  recorded = recordedTable();
});

const portsOver = ({ table }: typeof recorded) => ({
  audit: auditStore(table),
  bans: banStore(table),
  connections: connectionStore(table),
  evidence: evidenceStore(table),
  members: membershipStore(table),
  messages: messageStore(table),
  pins: pinStore(table),
  reports: reportStore(table),
  revisions: revisionStore(table),
  watchers: watcherStore(table),
  sockets: { close: async () => true },
  clock,
  digest: () => 'digest',
  randomness: { id: () => 'id' },
});
const finds = (...items: object[]) => recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: items } });

describe('the table calls of', () => {
  it('an access by an administrator: one write beside its own', async () => {
    await oversee(portsOver(recorded))(admin, { operation: 'look', target: {} });
    expect(recorded.calls()).toEqual(['Put']);
    expect(recorded.input(0)).toMatchObject({ Item: { PK: 'AUDIT#2026-01', entity: 'audit', userId: 'root' } });
  });

  it('a report: one batch read, one write', async () => {
    finds(headItem(aHead()), memberItem(aMember(), 0), messageItem(message));
    await reportMessage(portsOver(recorded))({ userId: 'alice', scopes: [] }, 'c1.1', {
      reason: 'rude',
      category: 'abuse',
    });
    expect(recorded.calls()).toEqual(['BatchGet', 'Put']);
    expect(recorded.input(1)).toMatchObject({ ConditionExpression: 'attribute_not_exists(PK)' });
  });

  it('a page of reports: one query of the index and two batch reads, three where something was deleted', async () => {
    const { mock, calls } = recorded;
    mock.on(QueryCommand).resolves({ Items: [{ PK: 'REPORT#r1', SK: 'REPORT' }] });
    mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { Chat: [reportItem(report)] } })
      .resolvesOnce({ Responses: { Chat: [messageItem({ ...message, deletedAtMs: 1, rev: 2 })] } })
      .resolves({ Responses: { Chat: [] } });
    await listReports(portsOver(recorded))({ status: 'open', limit: 50 });
    expect(calls()).toEqual(['Query', 'BatchGet', 'BatchGet', 'BatchGet']);
  });

  it('resolving a report with nothing to do: two writes', async () => {
    const ended = { action: 'none' as const, by: 'root', atMs: clock.now() };
    recorded.mock
      .on(UpdateCommand)
      .resolvesOnce({ Attributes: reportItem(report) })
      .resolves({ Attributes: reportItem({ ...report, status: 'resolved', resolution: ended }) });
    await resolveReport(portsOver(recorded))(admin, 'r1', { status: 'resolved', action: 'none' });
    expect(recorded.calls()).toEqual(['Update', 'Update']);
  });

  it('resolving what is resolved already: one write, which is refused', async () => {
    const ended = { action: 'banUser' as const, by: 'other', atMs: clock.now() };
    const item = { PK: { S: 'REPORT#r1' }, resolution: { M: { by: { S: ended.by }, action: { S: ended.action } } } };
    const inTheWay = { ...item, status: { S: 'resolved' } };
    const refused = new ConditionalCheckFailedException({ message: 'refused', Item: inTheWay, $metadata: {} });
    recorded.mock.on(UpdateCommand).rejects(refused);
    const again = resolveReport(portsOver(recorded))(admin, 'r1', { status: 'resolved', action: 'none' });
    await expect(again).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(recorded.calls()).toEqual(['Update']);
  });

  it.each([
    ['one read, one query', message, ['Get', 'Query']],
    ['a second query where something was changed', { ...message, editedAtMs: 1, rev: 1 }, ['Get', 'Query', 'Query']],
  ])('a page of the log as administrators see it: %s', async (_, found, calls) => {
    const { mock } = recorded;
    mock.on(GetCommand).resolves({ Item: headItem(aHead({ lastSeq: 1 })) });
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [messageItem(found)] })
      .resolves({ Items: [] });
    await readEvidence(portsOver(recorded))({ conversationId: 'c1', limit: 50 });
    expect(recorded.calls()).toEqual(calls);
  });

  it('a page of the audit log: one query a month', async () => {
    recorded.mock.on(QueryCommand).resolves({ Items: [] });
    const range = { from: '2025-11-15T00:00:00Z', to: '2026-01-15T00:00:00Z' };
    await readAudit(portsOver(recorded))({ ...range, limit: 50 });
    expect(recorded.calls()).toEqual(['Query', 'Query', 'Query']);
  });

  it('a page of bans: one query of the index, one batch read', async () => {
    recorded.mock.on(QueryCommand).resolves({ Items: [{ PK: 'BAN#bob', SK: 'BAN' }] });
    finds({ PK: 'BAN#bob', SK: 'BAN', bannedAtMs: 1, bannedBy: 'root' });
    expect((await listBans(portsOver(recorded))({ limit: 50 })).bans).toMatchObject([{ userId: 'bob' }]);
    expect(recorded.calls()).toEqual(['Query', 'BatchGet']);
  });
});
