import { describe, expect, test } from 'vitest';
import type { Message } from '../../../lambdas/domain/message.ts';
import { cut, lineOf, type News, wordingOf } from '../../../lambdas/domain/push-wording.ts';
import { aMessage } from '../../helpers/memory-stores.ts';

const group = { type: 'group', title: 'Team' } as const;
const direct = { type: 'direct' } as const;
const news = (message: Partial<Message> = {}, over: Partial<News> = {}): News => ({
  userId: 'bob',
  head: group,
  message: aMessage(message),
  senderName: 'Ann',
  ...over,
});
const envelope = { algorithm: 'a', ciphertext: 'c2VjcmV0' };
const attachments = [{ attachmentId: 'a', fileName: 'secret.pdf', contentType: 'application/pdf', size: 1 }];

describe('the words of a push', () => {
  test.each<[string, News, string, string, string]>([
    // what, the news, by preview: full, sender, none
    ['a text', news(), 'Team: Ann: hello', 'Team: Ann sent a message', 'New message'],
    ['a text between two', news({}, { head: direct }), 'Ann: hello', 'Ann: New message', 'New message'],
    [
      'a mention',
      news({ mentions: ['bob'] }),
      'Team: Ann mentioned you: hello',
      'Team: Ann mentioned you',
      'New message',
    ],
    [
      'an answer',
      news({ replyTo: 1 }, { answeredUserId: 'bob' }),
      'Team: Ann replied to you: hello',
      'Team: Ann replied to you',
      'New message',
    ],
    [
      'an answer to somebody else',
      news({ replyTo: 1 }, { answeredUserId: 'eve' }),
      'Team: Ann: hello',
      'Team: Ann sent a message',
      'New message',
    ],
    [
      'an encrypted message',
      news({ text: undefined, encrypted: envelope }),
      'Team: Ann: New message',
      'Team: Ann sent a message',
      'New message',
    ],
    [
      'an encrypted picture',
      news({ type: 'image', text: undefined, encrypted: envelope }),
      'Team: Ann: New message',
      'Team: Ann sent a message',
      'New message',
    ],
    [
      'an encrypted message that has text too',
      news({ encrypted: envelope }),
      'Team: Ann: New message',
      'Team: Ann sent a message',
      'New message',
    ],
    [
      'a picture',
      news({ type: 'image', text: undefined, attachments }),
      'Team: Ann: Photo',
      'Team: Ann sent a message',
      'New message',
    ],
    [
      'a picture with words',
      news({ type: 'image', attachments }),
      'Team: Ann: hello',
      'Team: Ann sent a message',
      'New message',
    ],
    [
      'a file',
      news({ type: 'file', text: undefined, attachments }),
      'Team: Ann: File',
      'Team: Ann sent a message',
      'New message',
    ],
    [
      'a voice message',
      news({ type: 'voice', text: undefined, attachments }),
      'Team: Ann: Voice message',
      'Team: Ann sent a message',
      'New message',
    ],
    [
      'attachments without a kind',
      news({ text: undefined, attachments }),
      'Team: Ann: New message',
      'Team: Ann sent a message',
      'New message',
    ],
    ['what the system says', news({ type: 'system' }), 'Team: hello', 'Team: New message', 'New message'],
    ['a text of nobody known', news({}, { senderName: undefined }), 'Team: hello', 'Team: New message', 'New message'],
    [
      'the same between two',
      news({}, { senderName: undefined, head: direct }),
      'New message: hello',
      'New message',
      'New message',
    ],
  ])('%s', (_, what, full, sender, none) => {
    const lines = (['full', 'sender', 'none'] as const).map((preview) => lineOf(wordingOf(what, preview)));
    expect(lines).toEqual([full, sender, none]);
  });

  test('have keys where they are ours, and names for what the keys leave open', () => {
    expect(wordingOf(news({ type: 'image', text: undefined, mentions: ['bob'] }), 'full')).toEqual({
      title: { text: 'Team' },
      lead: { text: 'Ann mentioned you', key: 'PARLEY_MENTIONED_YOU', args: ['Ann'] },
      body: { text: 'Photo', key: 'PARLEY_PHOTO' },
    });
  });

  test('take a name as it is, whatever it holds', () => {
    const { lead } = wordingOf(news({ mentions: ['bob'] }, { senderName: '$& %s' }), 'full');
    expect(lead?.text).toBe('$& %s mentioned you');
  });

  test('are not turned round by a name', () => {
    expect(wordingOf(news({}, { senderName: 'Ann\u202egnp.exe' }), 'full').lead?.text).toBe('Anngnp.exe');
  });
});

describe('a cut', () => {
  test.each([
    ['nothing from what fits', 'hello', 5, 'hello'],
    ['what is too long', 'hello', 4, 'hell…'],
    ['no family apart', '👨‍👩‍👧‍👦'.repeat(3), 2, '…'],
    ['no flag in half', '🇩🇪🇫🇷🇮🇹', 2, '🇩🇪…'],
    ['no letter from its marks', 'e\u0301e\u0301e\u0301', 2, 'e\u0301e\u0301…'],
  ])('takes %s', (_, text, most, expected) => {
    expect(cut(text, most)).toBe(expected);
  });

  test('bounds a character of any length', () => {
    expect(cut(`a${'\u0301'.repeat(10_000)}`, 180)).toBe('…');
  });
});
