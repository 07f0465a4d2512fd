import * as z from 'zod/mini';

export const previews = ['full', 'sender', 'none'] as const;
/** What a notification shows: sender and text, the sender alone, or that there is something new. */
export type Preview = (typeof previews)[number];

/** E.164: a plus, the country, the number; 15 digits at most. */
export const PhoneNumberSchema = z.string().check(z.regex(/^\+[1-9]\d{6,14}$/, 'must be a number as in +4930123456'));

const TimeOfDaySchema = z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time as in 22:00'));

/** By the platform's own time zone data. An offset like `+02:00` is none of its names: it knows no daylight-saving time. */
function isTimeZone(timeZone: string): boolean {
  try {
    return /^[A-Z]/i.test(timeZone) && new Intl.DateTimeFormat('en', { timeZone }) !== undefined;
  } catch {
    return false;
  }
}

const QuietHoursSchema = z
  .strictObject({
    start: TimeOfDaySchema,
    end: TimeOfDaySchema,
    timeZone: z
      .string()
      .check(
        z.maxLength(64, { error: 'must be a time zone as in Europe/Berlin', abort: true }),
        z.refine(isTimeZone, 'must be a time zone as in Europe/Berlin'),
      ),
  })
  .check(z.refine(({ start, end }) => start !== end, { error: 'must differ from start', path: ['end'] }));

/** Every day from `start` until `end`, over midnight where that comes first, by the clocks of `timeZone` (IANA). */
export type QuietHours = z.output<typeof QuietHoursSchema>;

/** The whole of the settings: what is not given is as it is for who has never set it. */
export const NotificationSettingsSchema = z
  .strictObject({
    push: z._default(z.optional(z.boolean()), true),
    /** By SMS to `phoneNumber` where no device took the push. */
    sms: z._default(z.optional(z.boolean()), false),
    /** One that the token says is verified. */
    phoneNumber: z.optional(PhoneNumberSchema),
    quietHours: z.optional(QuietHoursSchema),
    preview: z._default(z.optional(z.enum(previews)), 'full'),
  })
  .check(
    z.refine(({ sms, phoneNumber }) => !sms || phoneNumber !== undefined, {
      error: 'is required for SMS',
      path: ['phoneNumber'],
    }),
  );
export type NotificationSettings = z.output<typeof NotificationSettingsSchema>;
