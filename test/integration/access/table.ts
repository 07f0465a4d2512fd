/**
 * Who may do what, and what everybody else is told. A cell is the status that the answer has, by frame that of its code; `-` where
 * the question can't be asked. What can't be seen may not be told apart from what is not there: both are 403.
 *
 * removed: was a member of this very conversation. admin: has the scope chat:admin, service: chat:service; neither is a member.
 */
export const roles = ['anonymous', 'stranger', 'removed', 'member', 'moderator', 'owner', 'admin', 'service'] as const;
export type Role = (typeof roles)[number];

export const tables = {
  /** Nobody's conversation: what everybody has of their own. */
  own: `
                                                               anonymous stranger removed member moderator owner admin service
GET /v1/conversations                                          401       200      -       -      -         -     200   200
POST /v1/conversations                                         401       201      -       -      -         -     201   201
GET /v1/channels                                               401       200      -       -      -         -     200   200
GET /v1/users/me                                               401       200      -       -      -         -     200   200
PUT /v1/users/me                                               401       200      -       -      -         -     200   200
GET /v1/users/{userId}                                         401       200      -       -      -         -     200   200
GET /v1/users/me/blocks                                        401       200      -       -      -         -     200   200
PUT /v1/users/me/blocks/{userId}                               401       200      -        -      -          -     200   200
DELETE /v1/users/me/blocks/{userId}                            401       204      -       -      -         -     204   204
GET /v1/users/me/devices                                       401       200      -       -      -         -     200   200
PUT /v1/users/me/devices/{deviceId} (of an unknown platform)   401       400      -       -      -         -     400   400
DELETE /v1/users/me/devices/{deviceId}                         401       204      -       -      -         -     204   204
GET /v1/users/me/notifications                                 401       200      -       -      -         -     200   200
PUT /v1/users/me/notifications                                 401       200      -       -      -         -     200   200
PUT /v1/users/me/notifications (with an unverified number)     401       400      -       -      -         -     400   200
PUT /v1/users/me/keys/{deviceId}                               401       200      -       -      -         -     200   200
DELETE /v1/users/me/keys/{deviceId}                            401       204      -       -      -         -     204   204
GET /v1/users/{userId}/keys                                    401       200      -       -      -         -     200   200
POST /v1/users/{userId}/keys/claim                             401       200      -       -      -         -     200   200
GET /v1/presence                                               401       200      -       -      -         -     200   200
GET /v1/search/messages                                        401       200      -       -      -         -     200   200
presence.set                                                   -         200      -       -      -         -     200   200
POST /v1/sync                                                  401       200      -       -      -         -     200   200
sync                                                           -         200      -       -      -         -     200   200
DELETE /v1/users/me/connections                                401       204      -       -      -         -     204   204
PUT /v1/admin/bans/{userId}                                    401       403      -       -      -         -     200   403
DELETE /v1/admin/bans/{userId}                                 401       403      -       -      -         -     204   403
GET /v1/admin/bans                                             401       403      -       -      -         -     200   403
GET /v1/admin/users/{userId}/blocks                            401       403      -       -      -         -     200   403
GET /v1/admin/audit                                            401       403      -       -      -         -     200   403
GET /v1/admin/reports                                          401       403      -       -      -         -     200   403
PATCH /v1/admin/reports/{reportId} (that is not there)         401       403      -       -      -         -     404   403
auth.refresh (without a token)                                 -         400      -       -      -         -     400   400
ping                                                           -         200      -       -      -         -     200   200
`,

  /** A group in which a member has said something. */
  group: `
                                                               anonymous stranger removed member moderator owner admin service
GET /v1/conversations/{conversationId}                         401       403      403     200    200       200   403   200
PATCH /v1/conversations/{conversationId}                       401       403      403     403    200       200   403   200
DELETE /v1/conversations/{conversationId}                      401       403      403     403    403       204   403   204
POST /v1/conversations/{conversationId}/join                   401       403      403     200    200       200   403   403
PATCH /v1/conversations/{conversationId}/preferences           401       403      403     200    200       200   403   403

GET /v1/conversations/{conversationId}/members                 401       403      403     200    200       200   403   200
POST /v1/conversations/{conversationId}/members                401       403      403      403    201        201   403   201
PUT /v1/conversations/{conversationId}/members                 401       403      403     403    403       403   403   200
PATCH /v1/conversations/{conversationId}/members/{userId}      401       403      403     403    403       200   403   200
DELETE /v1/conversations/{conversationId}/members/{userId}     401       403      403     403    204       204   403   204
DELETE …/members/{userId} (a moderator)                        401       403      403     403    403       204   403   204
DELETE …/members/{userId} (the last owner)                     401       403      403     403    403       409   403   409
DELETE …/members/{userId} (oneself)                            401       403      403      204    204        409   403   204

POST /v1/conversations/{conversationId}/messages               401       403      403     201    201       201   403   201
POST …/messages (by the system)                                401       403      403     403    403       403   403   201
POST …/messages (as a reply)                                   401       403      403     201    201       201   403   201
GET /v1/conversations/{conversationId}/messages                401       403      403     200    200       200   403   200
GET /v1/search/messages (in the conversation)                  401       403      403     200    200       200   403   200
POST /v1/conversations/{conversationId}/scheduled-messages     401       403      403     201    201       201   403   201
GET /v1/conversations/{conversationId}/scheduled-messages      401       200      200     200    200       200   200   200
PATCH …/scheduled-messages/{scheduledId} (that is not there)   401       404      404     404    404       404   404   404
DELETE …/scheduled-messages/{scheduledId} (that is not there)  401       404      404     404    404       404   404   404
GET /v1/messages/{messageId}                                   401       403      403     200    200       200   403   200
GET /v1/messages/{messageId} (that is not there)               401       403      403     404    404       404   403   404
PATCH /v1/messages/{messageId}                                 401       403      403     403    403       403   403   403
PATCH /v1/messages/{messageId} (one’s own)                     401       -        403     200    200       200   -     -
DELETE /v1/messages/{messageId}                                401       403      403     403    204       204   403   204
DELETE /v1/messages/{messageId} (one’s own)                    401       -        403     204    204       204   -     -
GET /v1/messages/{messageId}/replies                           401       403      403     200    200       200   403   200
GET /v1/messages/{messageId}/reactions                         401       403      403     200    200       200   403   200
PUT /v1/messages/{messageId}/reactions/{emoji}                 401       403      403      204    204        204   403   204
DELETE /v1/messages/{messageId}/reactions/{emoji}              401       403      403      204    204        204   403   204
PUT /v1/messages/{messageId}/pin                               401       403      403     403    204       204   403   204
DELETE /v1/messages/{messageId}/pin                            401       403      403     403    204       204   403   204
GET /v1/conversations/{conversationId}/pins                    401       403      403     200    200       200   403   200
POST /v1/messages/{messageId}/forward                          401       403      403      201    201        201   403   201
POST /v1/messages/{messageId}/reports                          401       403      403     201    201       201   403   201
GET /v1/admin/conversations/{conversationId}/messages          401       403      403     403    403       403   200   403
GET /v1/admin/messages/{messageId}/revisions                   401       403      403     403    403       403   200   403
GET /v1/admin/attachments/{attachmentId} (that is not there)   401       403      403     403    403       403   404   403

POST /v1/conversations/{conversationId}/attachments            401       403      403     201    201       201   403   201
GET /v1/attachments/{attachmentId} (that is not there)         401       403      403     404    404       404   403   404

POST /v1/conversations/{conversationId}/read                   401       403      403     200    200       200   403   403
POST /v1/conversations/{conversationId}/delivered              401       403      403     200    200       200   403   403
GET /v1/conversations/{conversationId}/receipts                401       403      403     200    200       200   403   200

message.send                                                   -         403      403     200    200       200   403   200
message.edit                                                   -         403      403     403    403       403   403   403
message.edit (one’s own)                                       -         -        403     200    200       200   -     -
message.delete                                                 -         403      403     403    200       200   403   200
message.delete (one’s own)                                     -         -        403     200    200       200   -     -
reaction.add                                                   -         403      403      200    200        200   403   200
reaction.remove                                                -         403      403      200    200        200   403   200
receipt.read                                                   -         403      403     200    200       200   403   403
receipt.delivered                                              -         403      403     200    200       200   403   403
conversation.join                                              -         403      403     200    200       200   403   403
conversation.leave                                             -         200      200     200    200       200   200   200
typing.start                                                   -         403      403     200    200       200   403   200
typing.stop                                                    -         403      403     200    200       200   403   200
signal.send                                                    -         403      403     200    200       200   403   403
`,

  /** A conversation of two: the same two for ever. */
  direct: `
                                                               anonymous stranger removed member moderator owner admin service
GET /v1/conversations/{conversationId}                         401       403      -       200    -         -     403   200
PATCH /v1/conversations/{conversationId}                       401       403      -       403    -         -     403   200
DELETE /v1/conversations/{conversationId}                      401       403      -       403    -         -     403   204
POST /v1/conversations/{conversationId}/members                401       403      -       409    -         -     403   409
PUT /v1/conversations/{conversationId}/members                 401       403      -       409    -         -     403   409
PATCH /v1/conversations/{conversationId}/members/{userId}      401       403      -       409    -         -     403   409
DELETE /v1/conversations/{conversationId}/members/{userId}     401       403      -       409    -         -     403   409
DELETE …/members/{userId} (oneself)                            401       403      -       409    -         -     403   -
POST /v1/conversations/{conversationId}/messages               401       403      -       201    -         -     403   201
GET /v1/search/messages (in the conversation)                  401       403      -       200    -         -     403   200
POST /v1/conversations/{conversationId}/scheduled-messages     401       403      -       201    -         -     403   201
DELETE /v1/messages/{messageId}                                401       403      -       403    -         -     403   204
PUT /v1/messages/{messageId}/pin                               401       403      -       204    -         -     403   204
message.send                                                   -         403      -       200    -         -     403   200
message.delete                                                 -         403      -       403    -         -     403   200
conversation.join                                              -         403      -       200    -         -     403   403
typing.start                                                   -         403      -       200    -         -     403   200
signal.send                                                    -         403      -       200    -         -     403   403
`,

  /** A public channel in which moderators alone may post: anybody finds and joins it, and reads it as a member. */
  channel: `
                                                               anonymous stranger removed member moderator owner admin service
GET /v1/conversations/{conversationId}                         401       403      403     200    200       200   403   200
POST /v1/conversations/{conversationId}/join                   401       200      200     200    200       200   200   200
PATCH /v1/conversations/{conversationId}                       401       403      403     403    200       200   403   200
POST /v1/conversations/{conversationId}/members                401       403      403      403    201        201   403   201
POST /v1/conversations/{conversationId}/messages               401       403      403     403    201       201   403   201
POST /v1/conversations/{conversationId}/scheduled-messages     401       403      403     403    201       201   403   201
POST /v1/conversations/{conversationId}/attachments            401       403      403     403    201       201   403   201
GET /v1/conversations/{conversationId}/messages                401       403      403     200    200       200   403   200
PUT /v1/messages/{messageId}/reactions/{emoji}                 401       403      403      204    204        204   403   204
PUT /v1/messages/{messageId}/pin                               401       403      403     403    204       204   403   204
message.send                                                   -         403      403     403    200       200   403   200
conversation.join                                              -         403      403     200    200       200   403   403
typing.start                                                   -         403      403     403    200       200   403   200
signal.send                                                    -         403      403     200    200       200   403   403
`,

  /** A group that was closed: it can be read and put in order in one's own view, and nothing else. */
  closed: `
                                                               anonymous stranger removed member moderator owner admin service
GET /v1/conversations/{conversationId}                         401       403      403     200    200       200   403   200
PATCH /v1/conversations/{conversationId}                       401       403      403     403    409       409   403   409
DELETE /v1/conversations/{conversationId}                      401       403      403     403    403       204   403   204
POST /v1/conversations/{conversationId}/members                401       403      403     403    409       409   403   409
POST /v1/conversations/{conversationId}/messages               401       403      403     409    409       409   403   409
POST /v1/conversations/{conversationId}/scheduled-messages     401       403      403     409    409       409   403   409
POST /v1/conversations/{conversationId}/attachments            401       403      403     409    409       409   403   409
GET /v1/conversations/{conversationId}/messages                401       403      403     200    200       200   403   200
GET /v1/search/messages (in the conversation)                  401       403      403     200    200       200   403   200
PATCH /v1/messages/{messageId} (one’s own)                     401       -        403     409    409       409   -     -
PUT /v1/messages/{messageId}/reactions/{emoji}                 401       403      403      409    409        409   403   409
PATCH /v1/conversations/{conversationId}/preferences           401       403      403     200    200       200   403   403
POST /v1/conversations/{conversationId}/read                   401       403      403     200    200       200   403   403
message.send                                                   -         403      403     409    409       409   403   409
message.edit (one’s own)                                       -         -        403     409    409       409   -     -
reaction.add                                                   -         403      403      409    409        409   403   409
conversation.join                                              -         403      403     200    200       200   403   403
typing.start                                                   -         403      403     409    409       409   403   409
signal.send                                                    -         403      403     409    409       409   403   403
`,
} as const;

export type TableName = keyof typeof tables;
export const tableNames = Object.keys(tables) as TableName[];

export interface Row {
  /** As the table writes it. */
  name: string;
  /** What the template calls it. */
  operation: string;
  /** The status for each role that can ask. */
  cells: [role: Role, status: number][];
}

export const rowsOf = (table: TableName): Row[] =>
  tables[table]
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('anonymous'))
    .map(rowOf);

function rowOf(line: string): Row {
  const [name = '', ...statuses] = line.trim().split(/\s{2,}/);
  if (statuses.length !== roles.length) throw new Error(`the table does not say everything of ${name}`);
  const cells = roles.flatMap((role, column): Row['cells'] =>
    statuses[column] === '-' ? [] : [[role, Number(statuses[column])]],
  );
  return { name, operation: operationIn(name), cells };
}

/** Without the case in brackets; `…` stands for a conversation. */
const operationIn = (name: string) => name.replace(/ \(.*\)$/, '').replace('…', '/v1/conversations/{conversationId}');
