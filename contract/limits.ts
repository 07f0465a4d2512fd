/** Every bound that a client can meet. One place, so that schemas, documents and clients agree. */
export const limits = {
  /** Unicode code points in a message's text. */
  textLength: 5_000,
  /** Bytes of a whole message as its sender gives it, as JSON: with what the server adds it fits a frame. */
  messageBytes: 24 * 1024,
  /** Bytes of an end-to-end encrypted envelope, as JSON. */
  envelopeBytes: 16 * 1024,
  /** Attachments of one message. */
  attachments: 10,
  /** Bytes of one attachment. */
  attachmentBytes: 100 * 1024 * 1024,
  /** Unicode code points in a file's name. */
  fileNameLength: 255,
  /** Milliseconds of a recording or a film: a day. */
  mediaMs: 24 * 3_600_000,
  /** Points of a voice message's waveform. */
  waveformPoints: 128,
  /** Users whom one message mentions. */
  mentions: 50,
  /** Distinct emoji on one message. */
  emojiPerMessage: 20,
  /** Bytes of one emoji: the longest of Unicode's has 35. */
  emojiBytes: 40,
  /** Pinned messages of one conversation. */
  pins: 50,
  /** Conversations to which one call forwards a message. */
  forwardTargets: 10,
  /** Messages that one user has scheduled in one conversation and that are not sent yet. */
  scheduledMessages: 100,
  /** Bytes of one WebSocket frame, both ways; API Gateway's own bound. */
  frameBytes: 32 * 1024,
  /** Bytes of an HTTP request's body. */
  bodyBytes: 256 * 1024,
  /** Levels of nesting in any JSON that a client sends; DynamoDB stores 32. */
  jsonDepth: 24,
  /** Members of a group, its creator included. */
  groupMembers: 1_000,
  /** Members that one call adds or sets. */
  membersPerRequest: 1_000,
  /** Members up to which a conversation tells everyone's receipts, and a sender the status of a message. */
  receiptMembers: 100,
  /** Seconds between two messages of one member, at most, where a conversation is in slow mode. */
  slowModeSeconds: 3_600,
  /** Unicode code points in a title. */
  titleLength: 100,
  /** Unicode code points in a name of a user. */
  nameLength: 100,
  /** UTF-16 code units of a URL. */
  urlLength: 2_048,
  /** Users whom one user blocks. */
  blocks: 1_000,
  /** Conversations in one call of sync. */
  syncCursors: 1_000,
  /** Bytes of free-form metadata, as JSON. */
  metadataBytes: 4 * 1024,
  /** UTF-16 code units of an id that a client chooses (clientMessageId, deviceId) or that an identity provider gave (userId). */
  idLength: 128,
  /** UTF-16 code units of a push token; APNs and FCM stay well below. */
  pushTokenLength: 4_096,
  /** Push devices of one user. */
  devicesPerUser: 20,
  /** Characters of a public key, or of a signature, in base64. */
  publicKeyLength: 512,
  /** Devices of one user that have keys for end-to-end encryption. */
  keyDevicesPerUser: 20,
  /** One-time keys that one call adds. */
  oneTimeKeysPerRequest: 100,
  /** One-time keys that are kept for one device. */
  oneTimeKeysPerDevice: 200,
  /** With fewer one-time keys than these left, a device's user is told. */
  lowOneTimeKeys: 10,
  /** Users whose presence one call asks for. */
  presenceUsers: 100,
  /** Conversations whose heads one ping asks for. */
  pingConversations: 10,
  /** Bytes of a signal's payload, as JSON. */
  signalBytes: 16 * 1024,
  /** Unicode code points in the reason for a ban. */
  banReasonLength: 500,
  /** Unicode code points in the reason for a report, and in the note of whoever resolves it. */
  reportReasonLength: 1_000,
  /** Days of the audit log that one call looks at. */
  auditDays: 366,
  /** Conversations that one connection looks at. */
  joinedConversations: 10,
  /** Connections that hear who is typing in one conversation: those that join later hear nothing of it. */
  watchers: 60,
  /** Conversations that one's presence is told in: the most recently active. */
  presenceConversations: 100,
  /** After so many seconds without another `typing.started` nobody is typing. */
  typingSeconds: 6,
  /** Members above which a conversation is told in slices, and its comings and goings to those concerned alone. */
  sliceMembers: 1_000,
  /** Users whom one domain event names: with the longest ids there are, it stays below the 64 KB that EventBridge bills as one. */
  domainEventUsers: 100,
  /** Unicode code points of what is searched for, and words in it. */
  searchLength: 100,
  searchWords: 10,
  /** Conversations that a search of all of them looks at: the most recently active. */
  searchConversations: 100,
  /** Characters of a search's cursor: it says of each conversation how far it was searched. */
  searchCursorLength: 5_000,
  /** Items of one page, at most and when nothing is said. */
  pageSize: { most: 100, usual: 50 },
} as const;
