import type { Asked } from '../whole-chat.ts';
import type { Scene } from './scene.ts';

/** What is asked in each row of the tables, of a conversation and its people. */
export const requests: Record<string, (scene: Scene) => Asked> = {
  'GET /v1/conversations': () => ({}),
  'POST /v1/conversations': ({ other }) => ({ body: { type: 'group', title: 'New', memberIds: [other] } }),
  'GET /v1/channels': () => ({}),
  'GET /v1/users/me': () => ({}),
  'PUT /v1/users/me': () => ({ body: { displayName: 'Somebody' } }),
  'GET /v1/users/{userId}': ({ other }) => ({ params: { userId: other } }),
  'GET /v1/users/me/blocks': () => ({}),
  'PUT /v1/users/me/blocks/{userId}': ({ other }) => ({ params: { userId: other } }),
  'DELETE /v1/users/me/blocks/{userId}': ({ other }) => ({ params: { userId: other } }),
  'GET /v1/users/me/devices': () => ({}),
  'GET /v1/users/me/notifications': () => ({}),
  'PUT /v1/users/me/notifications': () => ({ body: { push: false } }),
  'PUT /v1/users/me/notifications (with an unverified number)': () => ({
    body: { sms: true, phoneNumber: '+4915112345678' },
  }),
  'PUT /v1/users/me/devices/{deviceId} (of an unknown platform)': () => ({
    params: { deviceId: 'phone' },
    body: { platform: 'fax', token: 't' },
  }),
  'DELETE /v1/users/me/devices/{deviceId}': () => ({ params: { deviceId: 'phone' } }),
  'PUT /v1/users/me/keys/{deviceId}': () => ({
    params: { deviceId: 'phone' },
    body: { identityKey: 'AAAA', signedPreKey: { keyId: 1, publicKey: 'AAAA', signature: 'AAAA' } },
  }),
  'DELETE /v1/users/me/keys/{deviceId}': () => ({ params: { deviceId: 'phone' } }),
  'GET /v1/users/{userId}/keys': ({ other }) => ({ params: { userId: other } }),
  'POST /v1/users/{userId}/keys/claim': ({ other }) => ({ params: { userId: other } }),
  'GET /v1/presence': ({ other, owner }) => ({ query: { userIds: `${other},${owner}` } }),
  'GET /v1/search/messages': () => ({ query: { q: 'said' } }),
  'GET /v1/search/messages (in the conversation)': ({ conversation }) => ({ query: { q: 'said', ...conversation } }),
  'presence.set': () => ({ body: { status: 'away' } }),
  'POST /v1/sync': () => ({ body: { cursors: {} } }),
  sync: () => ({ body: { cursors: {} } }),
  'DELETE /v1/users/me/connections': () => ({}),
  'PUT /v1/admin/bans/{userId}': ({ other }) => ({ params: { userId: other }, body: { reason: 'spam' } }),
  'DELETE /v1/admin/bans/{userId}': ({ other }) => ({ params: { userId: other } }),
  'GET /v1/admin/bans': () => ({}),
  'GET /v1/admin/users/{userId}/blocks': ({ other }) => ({ params: { userId: other } }),
  'GET /v1/admin/audit': () => ({}),
  'GET /v1/admin/reports': () => ({}),
  'PATCH /v1/admin/reports/{reportId} (that is not there)': () => ({
    params: { reportId: 'r1' },
    body: { status: 'resolved', action: 'none' },
  }),
  'auth.refresh (without a token)': () => ({ body: {} }),
  ping: ({ conversation }) => ({ body: { conversationIds: [conversation.conversationId] } }),

  'GET /v1/conversations/{conversationId}': ({ conversation }) => ({ params: conversation }),
  'PATCH /v1/conversations/{conversationId}': ({ conversation }) => ({
    params: conversation,
    body: { metadata: { a: 1 } },
  }),
  'DELETE /v1/conversations/{conversationId}': ({ conversation }) => ({ params: conversation }),
  'POST /v1/conversations/{conversationId}/join': ({ conversation }) => ({ params: conversation }),
  'PATCH /v1/conversations/{conversationId}/preferences': ({ conversation }) => ({
    params: conversation,
    body: { pinned: true },
  }),

  'GET /v1/conversations/{conversationId}/members': ({ conversation }) => ({ params: conversation }),
  'POST /v1/conversations/{conversationId}/members': ({ conversation, newcomer }) => ({
    params: conversation,
    body: { userIds: [newcomer] },
  }),
  'PUT /v1/conversations/{conversationId}/members': ({ conversation, newcomer, other }) => ({
    params: conversation,
    body: { userIds: [newcomer, other] },
  }),
  'PATCH /v1/conversations/{conversationId}/members/{userId}': ({ conversation, other }) => ({
    params: { ...conversation, userId: other },
    body: { role: 'moderator' },
  }),
  'DELETE /v1/conversations/{conversationId}/members/{userId}': ({ conversation, other }) => ({
    params: { ...conversation, userId: other },
  }),
  'DELETE …/members/{userId} (a moderator)': ({ conversation, otherModerator }) => ({
    params: { ...conversation, userId: otherModerator },
  }),
  'DELETE …/members/{userId} (the last owner)': ({ conversation, owner }) => ({
    params: { ...conversation, userId: owner },
  }),
  'DELETE …/members/{userId} (oneself)': ({ conversation }) => ({ params: { ...conversation, userId: 'me' } }),

  'POST /v1/conversations/{conversationId}/messages': ({ conversation }) => ({
    params: conversation,
    body: { clientMessageId: 'new', text: 'new' },
  }),
  'POST …/messages (by the system)': ({ conversation }) => ({
    params: conversation,
    body: { clientMessageId: 'new', type: 'system', text: 'new' },
  }),
  'POST …/messages (as a reply)': ({ conversation, message }) => ({
    params: conversation,
    body: { clientMessageId: 'new', text: 'new', replyTo: message.messageId },
  }),
  'POST /v1/conversations/{conversationId}/scheduled-messages': ({ conversation }) => ({
    params: conversation,
    body: { clientMessageId: 'later', text: 'later', sendAt: new Date(Date.now() + 3_600_000).toISOString() },
  }),
  'GET /v1/conversations/{conversationId}/scheduled-messages': ({ conversation }) => ({ params: conversation }),
  'PATCH …/scheduled-messages/{scheduledId} (that is not there)': ({ conversation }) => ({
    params: { ...conversation, scheduledId: 'none' },
    body: { text: 'other words' },
  }),
  'DELETE …/scheduled-messages/{scheduledId} (that is not there)': ({ conversation }) => ({
    params: { ...conversation, scheduledId: 'none' },
  }),
  'GET /v1/conversations/{conversationId}/messages': ({ conversation }) => ({ params: conversation }),
  'GET /v1/messages/{messageId}': ({ message }) => ({ params: message }),
  'GET /v1/messages/{messageId} (that is not there)': ({ conversation }) => ({
    params: { messageId: `${conversation.conversationId}.999` },
  }),
  'PATCH /v1/messages/{messageId}': ({ message }) => ({ params: message, body: { text: 'edited' } }),
  'PATCH /v1/messages/{messageId} (one’s own)': ({ own }) => ({ params: own, body: { text: 'edited' } }),
  'DELETE /v1/messages/{messageId}': ({ message }) => ({ params: message }),
  'DELETE /v1/messages/{messageId} (one’s own)': ({ own }) => ({ params: own }),
  'GET /v1/messages/{messageId}/replies': ({ message }) => ({ params: message }),
  'GET /v1/messages/{messageId}/reactions': ({ message }) => ({ params: message }),
  'PUT /v1/messages/{messageId}/reactions/{emoji}': ({ message }) => ({ params: { ...message, emoji: '👍' } }),
  'DELETE /v1/messages/{messageId}/reactions/{emoji}': ({ message }) => ({ params: { ...message, emoji: '👍' } }),
  'PUT /v1/messages/{messageId}/pin': ({ message }) => ({ params: message }),
  'DELETE /v1/messages/{messageId}/pin': ({ message }) => ({ params: message }),
  'GET /v1/conversations/{conversationId}/pins': ({ conversation }) => ({ params: conversation }),
  'POST /v1/messages/{messageId}/forward': ({ message, conversation }) => ({
    params: message,
    body: { conversationIds: [conversation.conversationId] },
  }),
  'POST /v1/messages/{messageId}/reports': ({ message }) => ({ params: message, body: { reason: 'rude' } }),
  'GET /v1/admin/conversations/{conversationId}/messages': ({ conversation }) => ({ params: conversation }),
  'GET /v1/admin/messages/{messageId}/revisions': ({ message }) => ({ params: message }),
  'GET /v1/admin/attachments/{attachmentId} (that is not there)': ({ conversation }) => ({
    params: { attachmentId: `${conversation.conversationId}.${'x'.repeat(22)}` },
  }),

  'POST /v1/conversations/{conversationId}/attachments': ({ conversation }) => ({
    params: conversation,
    body: { fileName: 'cat.png', contentType: 'image/png', size: 5 },
  }),
  'GET /v1/attachments/{attachmentId} (that is not there)': ({ conversation }) => ({
    params: { attachmentId: `${conversation.conversationId}.${'x'.repeat(22)}` },
  }),

  'POST /v1/conversations/{conversationId}/read': ({ conversation }) => ({ params: conversation, body: {} }),
  'POST /v1/conversations/{conversationId}/delivered': ({ conversation }) => ({ params: conversation, body: {} }),
  'GET /v1/conversations/{conversationId}/receipts': ({ conversation }) => ({ params: conversation }),

  'message.send': ({ conversation }) => ({ body: { ...conversation, clientMessageId: 'new', text: 'new' } }),
  'message.edit': ({ message }) => ({ body: { ...message, text: 'edited' } }),
  'message.edit (one’s own)': ({ own }) => ({ body: { ...own, text: 'edited' } }),
  'message.delete': ({ message }) => ({ body: message }),
  'message.delete (one’s own)': ({ own }) => ({ body: own }),
  'reaction.add': ({ message }) => ({ body: { ...message, emoji: '👍' } }),
  'reaction.remove': ({ message }) => ({ body: { ...message, emoji: '👍' } }),
  'receipt.read': ({ conversation }) => ({ body: conversation }),
  'receipt.delivered': ({ conversation }) => ({ body: conversation }),
  'conversation.join': ({ conversation }) => ({ body: conversation }),
  'conversation.leave': ({ conversation }) => ({ body: conversation }),
  'typing.start': ({ conversation }) => ({ body: conversation }),
  'typing.stop': ({ conversation }) => ({ body: conversation }),
  'signal.send': ({ conversation, other }) => ({ body: { ...conversation, toUserId: other, payload: { a: 1 } } }),
};
