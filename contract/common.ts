import * as z from 'zod/mini';
import { limits } from './limits.ts';

/** Control characters but tab and line ends: nothing that a person types. */
const unprintable = /[^\P{Cc}\t\n\r]/u;
const isPrintable = (text: string) => text.isWellFormed() && !unprintable.test(text);
const codePoints = (text: string) => [...text].length;

/**
 * Text that people read, counted in Unicode code points as it was sent, and kept in NFC. The first test is cheap and spares us
 * counting a megabyte.
 */
export const humanText = (most: number) =>
  z.string().check(
    z.maxLength(most * 2, { error: `must be at most ${most} characters`, abort: true }),
    z.refine((text) => text.trim().length > 0, 'must not be empty'),
    z.refine((text) => codePoints(text) <= most, `must be at most ${most} characters`),
    z.refine(isPrintable, 'must not contain control characters'),
    z.normalize('NFC'),
  );

/** An id that a client or an identity provider chose. */
export const IdSchema = z
  .string()
  .check(
    z.minLength(1, 'must not be empty'),
    z.maxLength(limits.idLength, `must be at most ${limits.idLength} characters`),
    z.refine(isPrintable, 'must not contain control characters'),
  );

/** An id that Parley made. Bounded, and never parsed by a client. */
export const OpaqueIdSchema = z.string().check(z.regex(/^[\w.~-]{1,128}$/, 'is not an id'));

/** The table holds no empty name, no number that a double can't count exactly, and none closer to zero than this. */
const leastNumber = 1e-130;
const isStorable = (value: unknown): boolean => {
  if (typeof value === 'number') return value === 0 || isWithinRange(Math.abs(value));
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => name !== '' && isStorable(inner));
};
const isWithinRange = (magnitude: number) => magnitude >= leastNumber && magnitude <= Number.MAX_SAFE_INTEGER;

/** Bytes of a value as it travels. */
const jsonBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

export const atMostJsonBytes = (most: number) =>
  z.refine((value: unknown) => jsonBytes(value) <= most, `must be at most ${most} bytes as JSON`);

/** JSON that we keep for others and never look into. */
const keptJson = (most: number) =>
  [atMostJsonBytes(most), z.refine(isStorable, 'must have no empty names, and no numbers beyond 2^53')] as const;

/** Free-form data of the deployer's own. */
export const MetadataSchema = z
  .record(z.string().check(z.maxLength(limits.idLength)), z.json())
  .check(...keptJson(limits.metadataBytes));

/** What end-to-end encrypting clients understand and the server never does. */
export const EnvelopeSchema = z
  .catchall(
    z.object({
      algorithm: z.string().check(z.minLength(1), z.maxLength(64)),
      ciphertext: z.string().check(z.minLength(1)),
    }),
    z.json(),
  )
  .check(...keptJson(limits.envelopeBytes));

/** The address of a picture. It is shown by clients, never fetched by the server. */
export const HttpsUrlSchema = z
  .string()
  .check(
    z.maxLength(limits.urlLength, `must be at most ${limits.urlLength} characters`),
    z.regex(/^https:\/\/[^\s/?#]+[^\s]*$/i, 'must be an https URL'),
    z.refine(isPrintable, 'must not contain control characters'),
  );

/** A whole number as it comes in a query string. */
export const queryInteger = (least: number, most: number) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,15}$/, 'must be a whole number')),
    z.pipe(
      z.transform(Number),
      z.int().check(z.gte(least, `must be ${least} or more`), z.lte(most, `must be at most ${most}`)),
    ),
  );

/** A cursor holds a sort key, which has at most 1,024 bytes in the table; a longer one was never ours. */
const longestCursor = 1_024;

export const CursorSchema = z.string().check(z.maxLength(longestCursor));

export const PageSchema = z.strictObject({
  limit: z._default(z.optional(queryInteger(1, limits.pageSize.most)), limits.pageSize.usual),
  cursor: z.optional(CursorSchema),
});

export const isChange = (change: object): boolean => Object.values(change).some((value) => value !== undefined);

/** `{}` says nothing to change, which is a mistake of the caller's more often than a wish. */
export const changesSomething = z.refine((change: unknown) => isChange(Object(change)), 'must change something');
