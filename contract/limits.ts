/** Every bound that a client can meet. One place, so that schemas, documents and clients agree. */
export const limits = {
  /** Unicode code points in a message's text. */
  textLength: 5_000,
  /** Bytes of one WebSocket frame, both ways; API Gateway's own bound. */
  frameBytes: 32 * 1024,
  /** Bytes of an HTTP request's body. */
  bodyBytes: 256 * 1024,
  /** Levels of nesting in any JSON that a client sends; DynamoDB stores 32. */
  jsonDepth: 24,
  /** Members of a group, its creator included. */
  groupMembers: 1_000,
  /** Unicode code points in a title. */
  titleLength: 100,
  /** Bytes of free-form metadata, as JSON. */
  metadataBytes: 4 * 1024,
  /** UTF-16 code units of an id that a client chooses (clientMessageId, deviceId) or that an identity provider gave (userId). */
  idLength: 128,
  /** UTF-16 code units of a push token; APNs and FCM stay well below. */
  pushTokenLength: 4_096,
  /** Push devices of one user. */
  devicesPerUser: 20,
  /** Items of one page, at most and when nothing is said. */
  pageSize: { most: 100, usual: 50 },
} as const;
