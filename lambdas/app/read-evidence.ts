import type { AdminMessage, AdminMessagePage, MessageRevision, RevisionPage } from '../../contract/admin.ts';
import { refuse } from '../domain/chat-error.ts';
import { positionIn } from '../domain/ids.ts';
import { contentOf, type Message, publicMessage, type Revision } from '../domain/message.ts';
import type { EvidenceStore } from './moderation-ports.ts';
import type { MessageStore, PageRequest } from './ports.ts';
import { type HistoryRequest, pageOf } from './read-history.ts';

export interface EvidencePorts {
  evidence: EvidenceStore;
  messages: Pick<MessageStore, 'page'>;
}

/**
 * One page of a conversation's log with all that it ever said, to whoever is no member: the head, the page, and one query of the
 * revisions where anything on it was changed. NOT_FOUND where there is no such conversation.
 */
export const readEvidence =
  ({ evidence, messages }: EvidencePorts) =>
  async (request: HistoryRequest): Promise<AdminMessagePage> => {
    const head = await evidence.headOf(request.conversationId);
    if (!head) return refuse('NOT_FOUND', 'read the conversation', 'there is no such conversation');
    const page = await pageOf(messages, request, head.lastSeq);
    return { ...page, messages: await withRevisions(evidence, page.messages), lastSeq: head.lastSeq };
  };

/** What one message said before each of its changes. A message that is not there has none. */
export const listRevisions =
  ({ evidence }: Pick<EvidencePorts, 'evidence'>) =>
  async (messageId: string, page: PageRequest): Promise<RevisionPage> => {
    const position = positionIn(messageId);
    if (!position) return refuse('NOT_FOUND', 'list the revisions', 'there is no such message');
    const { revisions, ...next } = await evidence.revisionsOf(position, page);
    return { revisions: revisions.map(publicRevision), ...next };
  };

/** Deleted messages with what they said last; the others as they are. No read, or one batch read. */
export async function unveiled(
  evidence: Pick<EvidenceStore, 'lastWordsOf'>,
  messages: Message[],
  known: Revision[] = [],
): Promise<Message[]> {
  const isKnown = new Set(known.filter(({ isDeletion }) => isDeletion).map(placeOf));
  const missing = messages.filter((message) => isDeleted(message) && !isKnown.has(placeOf(message)));
  const lastWords = new Map([...known, ...(await evidence.lastWordsOf(missing))].map((each) => [placeOf(each), each]));
  return messages.map((message) => {
    const said = isDeleted(message) && lastWords.get(placeOf(message));
    return said ? { ...message, ...contentOf(said) } : message;
  });
}

async function withRevisions(evidence: EvidenceStore, messages: Message[]): Promise<AdminMessage[]> {
  const changed = messages.filter((message) => isDeleted(message) || message.editedAtMs !== undefined);
  const { revisions, isComplete } = await revisionsOf(evidence, changed);
  const bySeq = Map.groupBy(revisions, ({ seq }) => seq);
  // The query may have ended within the last message that it gave anything of.
  const firstCut = isComplete ? Number.POSITIVE_INFINITY : (revisions.at(-1)?.seq ?? 0);
  const isCut = new Set(changed.filter(({ seq }) => seq >= firstCut));
  const shown = await unveiled(evidence, messages, revisions);
  return shown.map((message, place) => ({
    ...publicMessage(message),
    revisions: (bySeq.get(message.seq) ?? []).map(publicRevision),
    ...(isCut.has(messages[place] ?? message) && { hasMoreRevisions: true as const }),
  }));
}

async function revisionsOf(evidence: EvidenceStore, changed: Message[]) {
  const [first, last] = [changed.at(0), changed.at(-1)];
  if (!first || !last) return { revisions: [], isComplete: true };
  const { conversationId } = first;
  return evidence.revisionsBetween({ conversationId, firstSeq: first.seq, lastSeq: last.seq });
}

const isDeleted = ({ deletedAtMs }: Message) => deletedAtMs !== undefined;

/** A message and the revision that deleted it bear the same number. */
const placeOf = ({ conversationId, seq, rev }: Pick<Message, 'conversationId' | 'seq' | 'rev'>) =>
  `${conversationId}.${seq}.${rev}`;

const publicRevision = ({ rev, isDeletion, editedBy, atMs, ...said }: Revision): MessageRevision => ({
  rev,
  kind: isDeletion ? 'deleted' : 'edited',
  at: new Date(atMs).toISOString(),
  by: editedBy,
  ...contentOf(said),
});
