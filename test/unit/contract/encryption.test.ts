import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ClaimKeysSchema, SaveKeysSchema } from '../../../contract/keys.ts';
import { limits } from '../../../contract/limits.ts';
import { SendMessageSchema } from '../../../contract/message.ts';

const schemas = { SaveKeysSchema, ClaimKeysSchema, SendMessageSchema };
const page = readFileSync(join(import.meta.dirname, '../../../docs/encryption.md'), 'utf8');

/** What the page shows below `<!-- name of a schema -->`. */
const exampleOf = (name: string): object =>
  JSON.parse(page.match(new RegExp(`<!-- ${name} -->\n\`\`\`json\n(.*?)\`\`\``, 's'))?.[1] ?? 'null');

describe('the page on encryption', () => {
  it.each(Object.entries(schemas))('shows what %s takes', (name, schema) => {
    expect(schema.safeParse(exampleOf(name))).toMatchObject({ success: true, data: exampleOf(name) });
  });

  it('shows nothing else as JSON', () => {
    expect(page.match(/```json/g)).toHaveLength(Object.keys(schemas).length);
  });

  it.each([
    [`at most ${limits.publicKeyLength} characters`],
    [`${limits.oneTimeKeysPerRequest}\none-time keys a call`],
    [`${limits.oneTimeKeysPerDevice} on a device`],
    [`${limits.keyDevicesPerUser} devices`],
    [`most ${limits.envelopeBytes / 1024} KB`],
  ])('says the limits: %s', (words) => {
    expect(page).toContain(words);
  });

  it('is right that a hundred devices fit into an envelope', () => {
    const key = { preKeyId: 2 ** 31, key: 'A'.repeat(44) };
    const recipients = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`user-${n}-${'x'.repeat(24)}`, { phone: key }]),
    );
    const encrypted = { algorithm: 'x3dh-aes256gcm', ciphertext: 'A'.repeat(1_000), recipients };
    expect(SendMessageSchema.safeParse({ clientMessageId: '1', encrypted }).success).toBe(true);
  });
});
