import { MessageParamsSchema } from '../../contract/message.ts';
import { ReportMessageSchema } from '../../contract/report.ts';
import { reportMessage } from '../app/report-message.ts';
import { openTable } from '../data/client.ts';
import { reportStore } from '../data/report-store.ts';
import { revisionStore } from '../data/revision-store.ts';
import { publicReport } from '../domain/report.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest } from '../runtime/randomness.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const report = reportMessage({ revisions: revisionStore(table), reports: reportStore(table), clock, digest });

const postReport = route(
  {
    operation: 'report the message',
    params: MessageParamsSchema,
    body: ReportMessageSchema,
    // Each is work for a person.
    cost: costs.heavy,
  },
  async (principal, { params, body }) => {
    const made = await report(principal, params.messageId, body);
    return { status: made.isNew ? 201 : 200, body: { report: publicReport(made.report) } };
  },
);

export const handler = httpHandler({ 'POST /v1/messages/{messageId}/reports': postReport }, edgeRules(table));
