import { BanUserSchema } from '../../contract/ban.ts';
import { ReportParamsSchema, ResolveReportSchema } from '../../contract/report.ts';
import { UserParamsSchema } from '../../contract/user.ts';
import { banUser, liftBan } from '../app/manage-bans.ts';
import { resolveReport } from '../app/resolve-report.ts';
import { banStore } from '../data/ban-store.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { membershipStore } from '../data/membership-store.ts';
import { pinStore } from '../data/pin-store.ts';
import { reportStore } from '../data/report-store.ts';
import { revisionStore } from '../data/revision-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { adminReport } from '../domain/report.ts';
import { httpHandler } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { adminRoutesOver } from '../wiring/admin-rules.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME, CALLBACK_URL } = environment('TABLE_NAME', 'CALLBACK_URL');
const table = openTable(TABLE_NAME);
const adminRoute = adminRoutesOver(table);
const ports = {
  reports: reportStore(table),
  revisions: revisionStore(table),
  pins: pinStore(table),
  members: membershipStore(table),
  connections: connectionStore(table),
  watchers: watcherStore(table),
  bans: banStore(table),
  sockets: sockets(CALLBACK_URL),
  clock,
};
const [ban, lift, resolve] = [banUser(ports), liftBan(ports), resolveReport(ports)];

const putBan = adminRoute(
  { operation: 'ban the user', params: UserParamsSchema, body: BanUserSchema, isBodyOptional: true },
  async (admin, { params, body }) => ({ status: 200, body: { ban: await ban(admin, params.userId, body) } }),
);

const deleteBan = adminRoute({ operation: 'lift the ban', params: UserParamsSchema }, async (_, { params }) => {
  await lift(params.userId);
  return { status: 204 };
});

const patchReport = adminRoute(
  {
    operation: 'resolve the report',
    params: ReportParamsSchema,
    body: ResolveReportSchema,
    cost: costs.send,
    audited: ({ action }) => ({ action }),
  },
  async (admin, { params, body }) => ({
    status: 200,
    body: { report: adminReport(await resolve(admin, params.reportId, body)) },
  }),
);

export const handler = httpHandler(
  {
    'PUT /v1/admin/bans/{userId}': putBan,
    'DELETE /v1/admin/bans/{userId}': deleteBan,
    'PATCH /v1/admin/reports/{reportId}': patchReport,
  },
  edgeRules(table),
);
