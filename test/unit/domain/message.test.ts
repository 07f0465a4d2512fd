import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstBytes, previewOf, publicMessage, tombstoneOf } from '../../../lambdas/domain/message.ts';
import { aMessage } from '../../helpers/memory-stores.ts';

const family = '👨‍👩‍👧‍👦';

describe('the beginning of a text', () => {
  it.each([
    { reason: 'is all of it when it fits', text: 'hello', most: 5, beginning: 'hello' },
    { reason: 'ends in an ellipsis when it does not', text: 'hello!', most: 5, beginning: 'he…' },
    { reason: 'counts bytes, not characters', text: 'ééé', most: 5, beginning: 'é…' },
    { reason: 'never cuts an emoji in parts', text: `a${family}`, most: 20, beginning: 'a…' },
    { reason: 'is empty when not even one character fits', text: family, most: 10, beginning: '…' },
  ])('$reason', ({ text, most, beginning }) => {
    expect(firstBytes(text, most)).toBe(beginning);
  });

  it('is within its bytes for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.integer({ min: 0, max: 60 }), (text, most) => {
        const beginning = firstBytes(text, most);
        expect(Buffer.byteLength(beginning)).toBeLessThanOrEqual(Math.max(most, Buffer.byteLength('…')));
        expect(beginning === text || text.startsWith(beginning.slice(0, -1))).toBe(true);
      }),
    );
  });

  it('is found without reading a long text to its end', () => {
    const preview = previewOf(aMessage({ text: 'x'.repeat(1_000_000) }), 0);
    expect(preview.text).toHaveLength(158);
  });
});

describe('a message as clients see it', () => {
  it('has an id, ISO times and nothing of the table', () => {
    expect(publicMessage(aMessage({ seq: 7, via: 'conn', metadata: { a: 1 } }))).toEqual({
      id: 'c1.7',
      conversationId: 'c1',
      seq: 7,
      clientMessageId: 'm1',
      senderId: 'alice',
      type: 'text',
      text: 'hello',
      metadata: { a: 1 },
      status: 'sent',
      createdAt: '2026-01-01T00:00:00.000Z',
      rev: 0,
    });
  });

  it('counts reactions that somebody gives, and tells a reader which are theirs', () => {
    const message = aMessage({
      reactions: { '👍': { count: 2, rev: 3 }, '🎉': { count: 1, rev: 2 }, '👎': { count: 0, rev: 4 } },
    });
    expect(publicMessage(message).reactions).toEqual({ '👍': { count: 2 }, '🎉': { count: 1 } });
    expect(publicMessage(message, { mine: new Set(['🎉']) }).reactions).toEqual({
      '👍': { count: 2, mine: false },
      '🎉': { count: 1, mine: true },
    });
  });

  it('names the message that it answers, and what it was forwarded from', () => {
    const forwardedFrom = { messageId: 'c2.1', senderId: 'bob' };
    expect(publicMessage(aMessage({ replyTo: 3, replyCount: 2, forwardedFrom, pinned: true }))).toMatchObject({
      replyTo: 'c1.3',
      replyCount: 2,
      forwardedFrom,
      pinned: true,
    });
  });

  it('that is encrypted has no text in its preview, not even what was said beside the envelope', () => {
    const encrypted = { algorithm: 'mls', ciphertext: 'x' };
    expect(previewOf(aMessage({ text: 'beside', encrypted }), 0)).toEqual({ senderId: 'alice', type: 'text', atMs: 0 });
  });

  it('keeps its place and loses its content when it is deleted', () => {
    const message = aMessage({
      seq: 7,
      replyTo: 3,
      metadata: { a: 1 },
      mentions: ['bob'],
      encrypted: { algorithm: 'mls', ciphertext: 'x' },
      attachments: [{ attachmentId: 'a', fileName: 'f', contentType: 'a/b', size: 1 }],
      reactions: { '👍': { count: 1, rev: 1 } },
      pinned: true,
      forwardedFrom: { messageId: 'c2.1', senderId: 'bob' },
    });
    expect(publicMessage(tombstoneOf(message, 'alice', Date.UTC(2026, 0, 2), 5))).toEqual({
      id: 'c1.7',
      conversationId: 'c1',
      seq: 7,
      clientMessageId: 'm1',
      senderId: 'alice',
      type: 'text',
      replyTo: 'c1.3',
      status: 'sent',
      createdAt: '2026-01-01T00:00:00.000Z',
      deletedAt: '2026-01-02T00:00:00.000Z',
      rev: 5,
    });
  });
});
