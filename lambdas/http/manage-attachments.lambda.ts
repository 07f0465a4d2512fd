import { AttachmentParamsSchema, CreateAttachmentSchema } from '../../contract/attachment.ts';
import { ConversationParamsSchema } from '../../contract/conversation.ts';
import { attachFile, readAttachment } from '../app/attach-file.ts';
import { openTable } from '../data/client.ts';
import { fileStore } from '../data/file-store.ts';
import { uploadQuota } from '../data/upload-quota.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { fileStorage } from '../outbound/file-storage.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { systemRandomness as randomness } from '../runtime/randomness.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME, BUCKET_NAME, BUCKET_URL, CONTENT_TYPES, BYTES_PER_USER_AND_DAY } = environment(
  'TABLE_NAME',
  'BUCKET_NAME',
  'BUCKET_URL',
  'CONTENT_TYPES',
  'BYTES_PER_USER_AND_DAY',
);
const table = openTable(TABLE_NAME);
const ports = {
  files: fileStore(table),
  quota: uploadQuota(table, Number(BYTES_PER_USER_AND_DAY)),
  storage: fileStorage({ name: BUCKET_NAME, url: BUCKET_URL }),
  clock,
  randomness,
  contentTypes: CONTENT_TYPES.split(','),
};
const [attach, read] = [attachFile(ports), readAttachment(ports)];

const postAttachment = route(
  { operation: 'attach the file', params: ConversationParamsSchema, body: CreateAttachmentSchema },
  async (principal, { params, body }) => ({ status: 201, body: await attach(principal, params.conversationId, body) }),
);

const getAttachment = route(
  { operation: 'read the attachment', params: AttachmentParamsSchema },
  async (principal, { params }) => ({ status: 200, body: await read(principal, params.attachmentId) }),
);

export const handler = httpHandler(
  {
    'POST /v1/conversations/{conversationId}/attachments': postAttachment,
    'GET /v1/attachments/{attachmentId}': getAttachment,
  },
  edgeRules(table),
);
