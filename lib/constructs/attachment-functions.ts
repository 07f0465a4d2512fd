import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { ChatBucket } from './chat-bucket.ts';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

/** Files on their way in and out. What it may do with the bucket is what its forms and links may: it does none of it itself. */
export function manageAttachments(
  scope: Construct,
  { house, table, bucket }: { house: House; table: ChatTable; bucket: ChatBucket },
) {
  const { contentTypes, bytesPerUserAndDay } = house.stage.attachments;
  const fn = new ChatFunction(scope, 'ManageAttachments', {
    house,
    entry: 'http/manage-attachments',
    environment: { CONTENT_TYPES: contentTypes.join(','), BYTES_PER_USER_AND_DAY: String(bytesPerUserAndDay) },
  });
  fn.bindTable(table, 'BatchGetItem', 'PutItem', 'UpdateItem');
  bucket.bind(fn, 'PutObject', 'PutObjectTagging', 'GetObject', 'GetObjectVersion');
  return {
    fn,
    routes: {
      '/v1/conversations/{conversationId}/attachments': [HttpMethod.POST],
      '/v1/attachments/{attachmentId}': [HttpMethod.GET],
    },
  };
}
