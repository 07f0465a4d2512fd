import { describe, expect, it, vi } from 'vitest';
import type { EvidenceStore } from '../../../lambdas/app/moderation-ports.ts';
import { readEvidence } from '../../../lambdas/app/read-evidence.ts';
import type { Message, Revision } from '../../../lambdas/domain/message.ts';
import { aHead } from '../../helpers/memory-stores.ts';

const messageAt = (seq: number, more: Partial<Message> = {}): Message => ({
  conversationId: 'c1',
  seq,
  senderId: 'bob',
  type: 'text',
  text: `text ${seq}`,
  createdAtMs: 0,
  rev: 0,
  membershipVersion: 1,
  ...more,
});
const edited = (seq: number, rev: number) => messageAt(seq, { editedAtMs: 1, rev });
const deleted = (seq: number, rev: number): Message => {
  const { text, ...place } = messageAt(seq, { deletedAtMs: 1, rev });
  return place;
};
const saidUntil = (seq: number, rev: number, more: Partial<Revision> = {}): Revision => ({
  conversationId: 'c1',
  seq,
  rev,
  editedBy: 'bob',
  atMs: 0,
  text: `before ${rev}`,
  ...more,
});

/** A page of these messages, of whose revisions one query gives these. */
function view(messages: Message[], read: { revisions: Revision[]; isComplete: boolean }, lastWords: Revision[] = []) {
  const evidence = {
    headOf: async () => aHead({ lastSeq: messages.length }),
    messagesAt: async () => [],
    lastWordsOf: vi.fn<EvidenceStore['lastWordsOf']>(async () => lastWords),
    revisionsBetween: vi.fn<EvidenceStore['revisionsBetween']>(async () => read),
    revisionsOf: async () => ({ revisions: [] }),
  };
  const page = { page: async () => messages.toReversed() };
  const shown = readEvidence({ evidence, messages: page })({ conversationId: 'c1', limit: 10 });
  return { shown, evidence };
}

describe('the view of administrators', () => {
  it('asks for no revisions where nothing was changed', async () => {
    const { shown, evidence } = view([messageAt(1), messageAt(2)], { revisions: [], isComplete: true });
    expect((await shown).messages.map(({ text, revisions }) => [text, revisions])).toEqual([
      ['text 1', []],
      ['text 2', []],
    ]);
    expect(evidence.revisionsBetween).not.toHaveBeenCalled();
  });

  it('asks for those between the first and the last that were', async () => {
    const { shown, evidence } = view([messageAt(1), edited(2, 4), messageAt(3), edited(4, 5), messageAt(5)], {
      revisions: [saidUntil(2, 4), saidUntil(4, 5)],
      isComplete: true,
    });
    await shown;
    expect(evidence.revisionsBetween).toHaveBeenCalledExactlyOnceWith({
      conversationId: 'c1',
      firstSeq: 2,
      lastSeq: 4,
    });
  });

  it('says where it does not hold all of them, and knows what was deleted there all the same', async () => {
    const lastWords = saidUntil(4, 9, { isDeletion: true, text: 'last words' });
    const { shown, evidence } = view(
      [edited(1, 1), edited(2, 3), messageAt(3), deleted(4, 9)],
      { revisions: [saidUntil(1, 1), saidUntil(2, 2)], isComplete: false },
      [lastWords],
    );
    const { messages } = await shown;
    expect(messages.map(({ hasMoreRevisions, text }) => [hasMoreRevisions, text])).toEqual([
      [undefined, 'text 1'],
      [true, 'text 2'],
      [undefined, 'text 3'],
      [true, 'last words'],
    ]);
    expect(evidence.lastWordsOf).toHaveBeenCalledExactlyOnceWith([deleted(4, 9)]);
  });

  it('looks for no last words that it has read', async () => {
    const { shown, evidence } = view([deleted(1, 2)], {
      revisions: [saidUntil(1, 2, { isDeletion: true })],
      isComplete: true,
    });
    expect((await shown).messages).toMatchObject([{ text: 'before 2' }]);
    expect(evidence.lastWordsOf).toHaveBeenCalledExactlyOnceWith([]);
  });
});
