import { expect, test } from 'vitest';
import { smsParts } from '../../../../local/sns/sms-parts.ts';

test.each([
  ['160 plain characters', 'a'.repeat(160), 1],
  ['161 plain characters', 'a'.repeat(161), 2],
  ['306 plain characters', 'à'.repeat(306), 2],
  ['307 plain characters', '\n'.repeat(307), 3],
  ['80 characters that take two places each', '€'.repeat(80), 1],
  ['81 characters that take two places each', '€'.repeat(81), 2],
  ['70 characters of which one is in no plain alphabet', `${'a'.repeat(69)}ł`, 1],
  ['71 characters of which one is in no plain alphabet', `${'a'.repeat(70)}ł`, 2],
  ['35 characters outside of the basic plane', '🙂'.repeat(35), 1],
  ['36 characters outside of the basic plane', '🙂'.repeat(36), 2],
])('%s are as many texts as carriers bill', (_sentence, text, parts) => {
  expect(smsParts(text)).toBe(parts);
});
