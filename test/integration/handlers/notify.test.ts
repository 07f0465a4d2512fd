import {
  CreatePlatformEndpointCommand,
  EndpointDisabledException,
  PublishCommand,
  SetEndpointAttributesCommand,
  SNSClient,
  ThrottledException,
} from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  blockKey,
  connectionsKey,
  headKey,
  memberKey,
  messageKey,
  notificationsKey,
} from '../../../lambdas/data/keys.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { queueEvent } from '../../helpers/events.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

const sns = mockClient(SNSClient);
const sqs = mockClient(SQSClient);
let backend: Backend;
let ann: string;
let bob: string;
let group: string;

/** Midday in Berlin, so that no quiet hours of a test are on by chance. */
const noon = Date.UTC(2026, 5, 1, 10);
const minuteMs = 60_000;
const arnOf = (token: string) => `arn:aws:sns:us-east-1:000000000000:endpoint/GCM/parley/${token}`;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());
freezeTime();
beforeEach(async () => {
  vi.setSystemTime(noon);
  for (const mock of [sns, sqs]) mock.reset();
  sns.on(CreatePlatformEndpointCommand).callsFake(({ Token }) => ({ EndpointArn: arnOf(Token) }));
  sns.on(SetEndpointAttributesCommand).resolves({});
  sns.on(PublishCommand).resolves({ MessageId: '1' });
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  [ann, bob] = [`ann-${systemRandomness.id()}`, `bob-${systemRandomness.id()}`];
  const created = await backend.create(ann, { type: 'group', title: 'Team', memberIds: [bob] });
  group = created.body.conversation.id;
  await registers(bob, 'phone');
  await says('Are you there?');
});

const registers = (userId: string, deviceId: string) =>
  backend.register(userId, deviceId, { platform: 'fcm', token: `${userId}-${deviceId}` });
const says = async (text: string, more: object = {}, conversationId = group) => {
  const body = { ...textOf(systemRandomness.id(), text), ...more };
  return (await backend.send(ann, conversationId, body)).body.message.seq;
};
const check = (seq = 1, userIds = [bob], conversationId = group) => ({
  conversationId,
  seq,
  senderId: ann,
  atMs: noon,
  userIds,
});
const notify = (...bodies: object[]) => backend.notify(queueEvent(...bodies));
const done = { batchItemFailures: [] };

const published = () => sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input);
/** To whose devices went what. */
const pushes = () =>
  published().map(({ TargetArn = '', Message = '' }) => ({
    to: TargetArn.split('/')
      .at(-1)
      ?.replace(/^(\w+)-.*-(\w+)$/, '$1’s $2'),
    says: JSON.parse(Message).default,
  }));
const texts = () => pushes().map(({ says }) => says);
const queued = () =>
  sqs
    .commandCalls(SendMessageBatchCommand)
    .flatMap(({ args: [{ input }] }) => input.Entries ?? [])
    .map(({ MessageBody = '', DelaySeconds }) => ({ delay: DelaySeconds, check: JSON.parse(MessageBody) }));

describe('somebody who was not looking', () => {
  test('is pushed to on every device, and once, however often the check comes', async () => {
    await registers(bob, 'tablet');
    expect(await notify(check(), check())).toEqual(done);
    expect(await notify(check())).toEqual(done);
    expect(pushes()).toEqual([
      { to: 'bob’s phone', says: 'Team: Are you there?' },
      { to: 'bob’s tablet', says: 'Team: Are you there?' },
    ]);
  });

  test('is pushed to once about all that was said within the delay, and of the newest', async () => {
    for (const text of ['Hello?', 'Bob?']) await says(text);
    for (const seq of [1, 2, 3]) await notify(check(seq));
    expect(texts()).toEqual(['Team: Bob?']);
    await says('Well then');
    await notify(check(4));
    expect(texts()).toEqual(['Team: Bob?', 'Team: Well then']);
  });

  test('is not starved by somebody who never stops', async () => {
    for (let seq = 2; seq <= 41; seq += 1) {
      await says(`word ${seq}`);
      // With ten messages within each delay, every check finds ten more than its own.
      if (seq > 10) await notify(check(seq - 10));
    }
    expect(texts()).toEqual(Array.from({ length: 31 }, (_, n) => `Team: word ${n + 11}`));
  });

  test('is pushed to once after a burst, however long', async () => {
    for (let n = 2; n <= 25; n += 1) await says(`word ${n}`);
    for (let seq = 1; seq <= 25; seq += 1) await notify(check(seq));
    expect(texts()).toEqual(['Team: word 25']);
  });

  test('is told by the name that the sender has, and what the device needs to go there', async () => {
    await backend.database.change(
      { PK: `USER#${ann}`, SK: 'PROFILE' },
      { PK: `USER#${ann}`, SK: 'PROFILE', entity: 'profile', displayName: 'Ann' },
    );
    await notify(check());
    expect(texts()).toEqual(['Team: Ann: Are you there?']);
    const { data, android } = JSON.parse(JSON.parse(published()[0]?.Message ?? '').GCM).fcmV1Message.message;
    expect(data).toEqual({ conversationId: group, messageId: `${group}.1`, seq: '1' });
    expect(android).toMatchObject({ collapse_key: group, notification: { tag: group } });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['has read it meanwhile', () => backend.database.change(memberKey(group, bob), { lastReadSeq: 1 })],
    ['has left', () => backend.database.change(memberKey(group, bob), { PK: 'elsewhere' }).then(() => leaves())],
    [
      'has muted the conversation',
      () => backend.database.change(memberKey(group, bob), { mutedUntilMs: noon + minuteMs }),
    ],
    ['wants nothing of it', () => backend.database.change(memberKey(group, bob), { notify: 'none' })],
    ['wants mentions alone', () => backend.database.change(memberKey(group, bob), { notify: 'mentions' })],
    ['has blocked the sender', () => blocks(bob, ann)],
    ['is blocked by the sender', () => blocks(ann, bob)],
    ['has closed it', () => backend.database.change(headKey(group), { closedAtMs: noon })],
    ['finds it deleted', () => backend.database.change(messageKey(group, 1), { deletedAtMs: noon })],
    ['is looking at it now', () => looks(true)],
    ['has it on a live connection, and a receipt said so', () => looks(false).then(receives)],
    ['wants no push', () => backend.saveSettings(bob, { push: false })],
  ])('and who %s is not pushed to', async (_, happens) => {
    await happens();
    expect(await notify(check())).toEqual(done);
    expect(pushes()).toEqual([]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['whose mute is over', () => backend.database.change(memberKey(group, bob), { mutedUntilMs: noon })],
    ['who is connected and looks elsewhere', () => looks(false)],
    ['whose phone had it before it went offline', () => receives()],
  ])('and %s is', async (_, happens) => {
    await happens();
    await notify(check());
    expect(texts()).toEqual(['Team: Are you there?']);
  });

  test('who wants mentions alone is told of them and of answers, behind whatever else was said', async () => {
    await backend.database.change(memberKey(group, bob), { notify: 'mentions' });
    await says('Ask @bob', { mentions: [bob] });
    for (let n = 3; n <= 20; n += 1) await says(`word ${n}`);
    for (let seq = 1; seq <= 20; seq += 1) await notify(check(seq));
    expect(texts()).toEqual(['Team: Ask @bob']);
    const own = (await backend.send(bob, group, textOf('from-bob'))).body.message;
    await notify(check(await says('I agree', { replyTo: own.id })));
    expect(texts()).toEqual(['Team: Ask @bob', 'Team: I agree']);
  });

  test.each([
    ['a message that was never written', () => check(9)],
    ['a conversation that is not there', () => check(1, [bob], 'g-nowhere')],
    ['nobody', () => check(1, [])],
  ])('is not pushed to about %s', async (_, body) => {
    expect(await notify(body())).toEqual(done);
    expect(pushes()).toEqual([]);
  });
});

const leaves = async () => backend.database.change(memberKey(group, bob), { joinedSeq: 1 });
const receives = () => backend.database.change(memberKey(group, bob), { lastDeliveredSeq: 1, confirmedSeq: 1 });
const blocks = (userId: string, other: string) => {
  const key = blockKey(userId, other);
  return backend.database.change(key, { ...key, entity: 'block', atMs: 1 });
};
const looks = async (isAtIt: boolean) => {
  const key = connectionsKey(bob);
  const connection = { openedAtMs: noon, expiresAtMs: noon + 60 * minuteMs, joined: isAtIt ? { [group]: true } : {} };
  await backend.database.change(key, { ...key, entity: 'connections', 'conn#c-1': connection });
};

describe('a device', () => {
  const refusal = (What: typeof ThrottledException | typeof EndpointDisabledException) =>
    new What({ message: 'no', $metadata: {} });

  test('that is gone is forgotten, and the others have their push', async () => {
    await registers(bob, 'tablet');
    sns.on(PublishCommand, { TargetArn: arnOf(`${bob}-phone`) }).rejects(refusal(EndpointDisabledException));
    expect(await notify(check())).toEqual(done);
    expect(pushes().map(({ to }) => to)).toEqual(['bob’s phone', 'bob’s tablet']);
    expect((await backend.devices(bob)).body.devices.map(({ deviceId }) => deviceId)).toEqual(['tablet']);
  });

  test('that SNS has no time for comes again alone, and nobody else twice', async () => {
    await registers(bob, 'tablet');
    sns
      .on(PublishCommand, { TargetArn: arnOf(`${bob}-phone`) })
      .rejectsOnce(refusal(ThrottledException))
      .resolves({});
    expect(await notify(check())).toEqual(done);
    const [again] = queued();
    expect(again).toEqual({ delay: 15, check: { ...check(), atMs: expect.any(Number), deviceId: 'phone' } });
    expect(await notify(again?.check)).toEqual(done);
    expect(pushes().slice(2)).toEqual([{ to: 'bob’s phone', says: 'Team: Are you there?' }]);
  });

  test('that is not reached a second time is left to its queue', async () => {
    sns.on(PublishCommand).rejects(refusal(ThrottledException));
    await notify(check());
    expect(await notify(queued()[0]?.check)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(queued()).toHaveLength(1);
  });

  test('that comes again after a newer push, or after its user has read, is let be', async () => {
    sns.on(PublishCommand).rejectsOnce(refusal(ThrottledException)).resolves({});
    await notify(check());
    await notify(check(await says('And now?')));
    const before = pushes();
    expect(await notify(queued()[0]?.check)).toEqual(done);
    expect(pushes()).toEqual(before);
  });
});

describe('in quiet hours', () => {
  const night = Date.UTC(2026, 5, 1, 21, 30);
  const morning = Date.UTC(2026, 5, 2, 5);
  beforeEach(async () => {
    await backend.saveSettings(bob, { quietHours: { start: '22:00', end: '07:00', timeZone: 'Europe/Berlin' } });
    vi.setSystemTime(night);
  });

  test('a push waits in hops until they are over, and tells of the newest', async () => {
    await notify(check());
    expect(queued()).toEqual([
      { delay: 900, check: { ...check(), atMs: expect.any(Number), deferredUntilMs: morning } },
    ]);
    for (let n = 2; n <= 15; n += 1) await notify(check(await says(`word ${n}`)));
    expect(queued()).toHaveLength(1);

    vi.setSystemTime(morning - 10 * minuteMs);
    await notify(queued()[0]?.check);
    expect(queued()[1]).toEqual({ ...queued()[0], delay: 600 });
    expect(pushes()).toEqual([]);

    vi.setSystemTime(morning);
    await notify(queued()[1]?.check);
    await notify(queued()[1]?.check);
    expect(texts()).toEqual(['Team: word 15']);
  });

  test('what is read before they are over is not told', async () => {
    await notify(check());
    vi.setSystemTime(morning);
    await backend.database.change(memberKey(group, bob), { lastReadSeq: 1 });
    await notify(queued()[0]?.check);
    expect(pushes()).toEqual([]);
  });

  test('a check that could not be queued waits when it comes again', async () => {
    sqs.on(SendMessageBatchCommand).rejectsOnce(new Error('no answer')).resolves({});
    expect(await notify(check())).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(await notify(check())).toEqual(done);
    expect(queued()).toHaveLength(2);
  });

  test('the next night’s wait as the first one’s did', async () => {
    await notify(check());
    vi.setSystemTime(morning);
    await notify(queued()[0]?.check);
    vi.setSystemTime(night + 24 * 60 * minuteMs);
    await notify(check(await says('Late again')));
    expect(queued()).toHaveLength(2);
  });
});

describe('an SMS', () => {
  const phoneNumber = '+4915112345678';
  const wants = (settings: object) =>
    backend.saveSettings(bob, { sms: true, phoneNumber, ...settings }, { phoneNumber });
  const messages = () =>
    published().flatMap(({ PhoneNumber, Message }) => (PhoneNumber ? [{ PhoneNumber, Message }] : []));
  const gone = new EndpointDisabledException({ message: 'no', $metadata: {} });

  test('goes to who wants it where no device took the push', async () => {
    await wants({});
    sns.on(PublishCommand, { TargetArn: arnOf(`${bob}-phone`) }).rejects(gone);
    await notify(check(), check());
    expect(messages()).toEqual([{ PhoneNumber: phoneNumber, Message: 'Team: Are you there?' }]);
    expect(published().at(-1)?.MessageAttributes).toEqual({
      'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
    });
  });

  test('does not go where one did', async () => {
    await wants({});
    await notify(check());
    expect(messages()).toEqual([]);
  });

  test('goes in place of a push to who wants none, and says nothing to who wants nothing said', async () => {
    await wants({ push: false, preview: 'none' });
    await notify(check());
    expect(messages()).toEqual([{ PhoneNumber: phoneNumber, Message: 'New message' }]);
    expect(published()).toHaveLength(1);
  });

  test('is not sent more often than the stage allows in a day, and again the day after', async () => {
    await wants({ push: false });
    for (let n = 0; n < 4; n += 1) await notify(check(await says(`word ${n}`)));
    expect(messages()).toHaveLength(2);
    vi.setSystemTime(noon + 24 * 60 * minuteMs);
    await notify(check(await says('a new day')));
    expect(messages()).toHaveLength(3);
  });

  test('that is not taken is not tried again', async () => {
    await wants({ push: false });
    sns.on(PublishCommand).rejects(new ThrottledException({ message: 'slow', $metadata: {} }));
    expect(await notify(check())).toEqual(done);
    expect(queued()).toEqual([]);
  });
});

describe('settings', () => {
  const phoneNumber = '+4915112345678';

  test('are as for who never set any, then as they were set, and whole each time', async () => {
    expect((await backend.settings(bob)).body).toEqual({ notifications: { push: true, sms: false, preview: 'full' } });
    const quietHours = { start: '22:00', end: '07:00', timeZone: 'Asia/Kolkata' };
    const saved = { push: true, sms: false, preview: 'sender', quietHours };
    expect((await backend.saveSettings(bob, { preview: 'sender', quietHours })).body).toEqual({ notifications: saved });
    expect((await backend.settings(bob)).body).toEqual({ notifications: saved });
    await backend.saveSettings(bob, {});
    expect((await backend.settings(bob)).body).toEqual({ notifications: { push: true, sms: false, preview: 'full' } });
    expect(await backend.database.itemOf(notificationsKey(bob))).toMatchObject({ hasDevices: true });
  });

  test.each([
    ['is not the token’s', {}, 400],
    ['is another than the token’s', { phoneNumber: '+4915100000000' }, 400],
    ['is the token’s', { phoneNumber }, 200],
    ['comes from a backend', { scope: 'chat:service' }, 200],
  ])('with a number that %s', async (_, token, status) => {
    const answer = await backend.saveSettings(bob, { sms: true, phoneNumber }, token);
    expect({ status: answer.status, paths: answer.body.errors?.map(({ path }) => path) }).toEqual({
      status,
      paths: status === 400 ? ['phoneNumber'] : undefined,
    });
  });
});
