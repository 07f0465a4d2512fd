import { ReadAuditSchema } from '../../contract/admin.ts';
import { AttachmentParamsSchema } from '../../contract/attachment.ts';
import { PageSchema } from '../../contract/common.ts';
import { ConversationParamsSchema } from '../../contract/conversation.ts';
import { HistoryQuerySchema, MessageParamsSchema } from '../../contract/message.ts';
import { ListReportsSchema } from '../../contract/report.ts';
import { UserParamsSchema } from '../../contract/user.ts';
import { readAnyAttachment } from '../app/attach-file.ts';
import { listReports } from '../app/list-reports.ts';
import { listBans } from '../app/manage-bans.ts';
import { listBlocks } from '../app/manage-blocks.ts';
import { readAudit } from '../app/read-audit.ts';
import { listRevisions, readEvidence } from '../app/read-evidence.ts';
import { auditStore } from '../data/audit-store.ts';
import { banStore } from '../data/ban-store.ts';
import { blockStore } from '../data/block-store.ts';
import { openTable } from '../data/client.ts';
import { evidenceStore } from '../data/evidence-store.ts';
import { fileStore } from '../data/file-store.ts';
import { messageStore } from '../data/message-store.ts';
import { reportStore } from '../data/report-store.ts';
import { httpHandler } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { fileStorage } from '../outbound/file-storage.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { adminRoutesOver } from '../wiring/admin-rules.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME, BUCKET_NAME, BUCKET_URL } = environment('TABLE_NAME', 'BUCKET_NAME', 'BUCKET_URL');
const table = openTable(TABLE_NAME);
const adminRoute = adminRoutesOver(table);
const ports = {
  audit: auditStore(table),
  bans: banStore(table),
  blocks: blockStore(table),
  evidence: evidenceStore(table),
  files: fileStore(table),
  messages: messageStore(table),
  reports: reportStore(table),
  storage: fileStorage({ name: BUCKET_NAME, url: BUCKET_URL }),
  clock,
};
const [evidence, revisions, reports] = [readEvidence(ports), listRevisions(ports), listReports(ports)];
const [bans, blocks, audit] = [listBans(ports), listBlocks(ports), readAudit(ports)];
const attachment = readAnyAttachment(ports);
const cost = costs.heavy;

const getMessages = adminRoute(
  { operation: 'read the conversation', params: ConversationParamsSchema, query: HistoryQuerySchema, cost },
  async (_, { params, query }) => ({ status: 200, body: await evidence({ ...query, ...params }) }),
);

const getRevisions = adminRoute(
  { operation: 'list the revisions', params: MessageParamsSchema, query: PageSchema, cost },
  async (_, { params, query }) => ({ status: 200, body: await revisions(params.messageId, query) }),
);

const getAttachment = adminRoute(
  { operation: 'read the attachment', params: AttachmentParamsSchema, cost },
  async (_, { params }) => ({ status: 200, body: await attachment(params.attachmentId) }),
);

const getReports = adminRoute(
  { operation: 'list the reports', query: ListReportsSchema, cost },
  async (_, { query }) => ({ status: 200, body: await reports(query) }),
);

const getBans = adminRoute({ operation: 'list the bans', query: PageSchema, cost }, async (_, { query }) => ({
  status: 200,
  body: await bans(query),
}));

const getBlocks = adminRoute(
  { operation: 'list the blocks', params: UserParamsSchema, query: PageSchema, cost },
  async (_, { params, query }) => ({ status: 200, body: await blocks(params.userId, query) }),
);

const getAudit = adminRoute(
  { operation: 'read the audit log', query: ReadAuditSchema, cost },
  async (_, { query }) => ({
    status: 200,
    body: await audit(query),
  }),
);

export const handler = httpHandler(
  {
    'GET /v1/admin/conversations/{conversationId}/messages': getMessages,
    'GET /v1/admin/messages/{messageId}/revisions': getRevisions,
    'GET /v1/admin/attachments/{attachmentId}': getAttachment,
    'GET /v1/admin/reports': getReports,
    'GET /v1/admin/bans': getBans,
    'GET /v1/admin/users/{userId}/blocks': getBlocks,
    'GET /v1/admin/audit': getAudit,
  },
  edgeRules(table),
);
