import { describe, expect, test } from 'vitest';
import { NotificationSettingsSchema } from '../../../contract/notification.ts';
import { parse } from '../../../lambdas/edge/parse.ts';

const hours = (more: object = {}) => ({
  quietHours: { start: '22:00', end: '07:00', timeZone: 'Europe/Berlin', ...more },
});
const sms = { sms: true, phoneNumber: '+4915112345678' };

describe('settings of notifications', () => {
  test('are as for nobody in particular where they are not given', () => {
    expect(parse(NotificationSettingsSchema, {}, 'save')).toEqual({ push: true, sms: false, preview: 'full' });
  });

  test.each<[string, object]>([
    ['hours over midnight', hours()],
    ['hours within a day', hours({ start: '00:00', end: '23:59' })],
    ['a zone without a city', hours({ timeZone: 'UTC' })],
    ['a zone of three parts', hours({ timeZone: 'America/Argentina/Ushuaia' })],
    ['a zone by its older name', hours({ timeZone: 'Asia/Calcutta' })],
    ['SMS to a number', sms],
    ['a number for later', { phoneNumber: '+4915112345678' }],
    ['no words at all', { preview: 'none' }],
  ])('may have %s', (_, value) => {
    expect(NotificationSettingsSchema.safeParse(value).success).toBe(true);
  });

  test.each<[string, string, object]>([
    ['SMS without a number', 'phoneNumber', { sms: true }],
    ['a number without its country', 'phoneNumber', { phoneNumber: '015112345678' }],
    ['a number with blanks', 'phoneNumber', { phoneNumber: '+49 151 12345678' }],
    ['a number of 16 digits', 'phoneNumber', { phoneNumber: '+4915112345678901' }],
    ['hours that never end', 'quietHours.end', hours({ end: '22:00' })],
    ['a 25th hour', 'quietHours.start', hours({ start: '24:00' })],
    ['a 61st minute', 'quietHours.end', hours({ end: '07:60' })],
    ['an hour of one digit', 'quietHours.end', hours({ end: '7:00' })],
    ['a zone that nobody knows', 'quietHours.timeZone', hours({ timeZone: 'Europe/Atlantis' })],
    ['an offset', 'quietHours.timeZone', hours({ timeZone: '+02:00' })],
    ['no zone', 'quietHours.timeZone', hours({ timeZone: undefined })],
    ['a zone without end', 'quietHours.timeZone', hours({ timeZone: 'x'.repeat(65) })],
    ['another preview', 'preview', { preview: 'half' }],
    ['words for yes', 'push', { push: 'yes' }],
    ['what nobody asked for', 'email', { email: true }],
  ])('may not have %s: %s', (_, path, value) => {
    expect(() => parse(NotificationSettingsSchema, value, 'save')).toThrow(
      expect.objectContaining({ details: { errors: [expect.objectContaining({ path })] } }),
    );
  });
});
