import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AttachmentLink, NewAttachment } from '../../contract/attachment.ts';
import type { Problem } from '../../contract/errors.ts';
import { advanceClock, clearFaults, setFault } from '../helpers/client-local.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as files from '../helpers/steps-files.ts';
import * as given from '../helpers/steps-given.ts';
import * as people from '../helpers/steps-membership.ts';
import * as messages from '../helpers/steps-messages.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

const run = promisify(execFile);

let host: TestHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());
afterEach(() => clearFaults(host));

const threeDays = 3 * 24 * 3_600;
const picture: files.Facts = { fileName: 'Käse & "Brot".png', contentType: 'image/png', size: 5 };
const letter: files.Facts = { fileName: 'letter.pdf', contentType: 'application/pdf', size: 7 };

async function someone(name: string): Promise<given.AbsentUser> {
  const absent = await given.absentUser(host, name);
  return { ...absent, token: await host.token(absent.userId, { expiresInSeconds: threeDays }) };
}

async function annAndBob() {
  const [ann, bob] = [await someone('ann'), await someone('bob')];
  return { ann, bob, conversation: await given.group(ann, [bob]) };
}

/** A letter that ann has sent to bob. */
async function sentLetter() {
  const scene = await annAndBob();
  const file = await files.uploads(scene.ann, scene.conversation, letter);
  const { attachmentId } = file;
  const message = await messages.says(scene.ann, scene.conversation, { type: 'file', attachments: [{ attachmentId }] });
  return { ...scene, file, message };
}

const sends = (sender: given.AbsentUser, conversation: string, ...ids: string[]) =>
  when.triesByHttp(sender, conversation, { type: 'file', attachments: ids.map((attachmentId) => ({ attachmentId })) });

const withField = ({ upload }: NewAttachment, name: string, value: string) => ({
  ...upload,
  fields: { ...upload.fields, [name]: value },
});

describe('a file', () => {
  test('goes up by a form and comes down by a link, with its own name and type', async () => {
    const { ann, bob, conversation } = await annAndBob();
    const file = await files.uploads(ann, conversation, picture);
    const media = { attachmentId: file.attachmentId, width: 4, height: 3 };
    const message = await messages.says(ann, conversation, { type: 'image', attachments: [media] });
    expect(message.attachments).toEqual([{ ...file, width: 4, height: 3 }]);

    const { attachment, url } = await files.readsLink(bob, file);
    expect(attachment).toEqual(file);
    const { status, text, headers } = await files.gets(url);
    expect([status, text]).toEqual([200, 'xxxxx']);
    expect(headers.get('content-type')).toBe('image/png');
    expect(headers.get('content-disposition')).toBe("inline; filename*=UTF-8''K%C3%A4se%20%26%20%22Brot%22.png");
  });

  test('goes up and comes down by curl', async () => {
    const { ann, conversation } = await annAndBob();
    const { attachmentId, upload } = await files.attaches(ann, conversation, letter);
    const folder = await mkdtemp(join(tmpdir(), 'parley-curl-'));
    await writeFile(join(folder, 'letter'), 'hello!\n');
    const fields = Object.entries(upload.fields).flatMap(([name, value]) => ['--form-string', `${name}=${value}`]);
    const file = ['-F', `file=@${join(folder, 'letter')}`];
    const up = await run('curl', ['-sS', '-w', '%{http_code}', ...fields, ...file, upload.url]);
    await rm(folder, { recursive: true });
    const { url } = await files.readsLink(ann, { attachmentId });
    const down = await run('curl', ['-sS', url]);
    expect([up.stdout, down.stdout]).toEqual(['204', 'hello!\n']);
  });

  test('that a browser might run is saved, not shown', async () => {
    const { ann, conversation } = await annAndBob();
    const facts = { fileName: 'a/b.svg', contentType: 'image/svg+xml', size: 3 };
    const { url } = await files.readsLink(ann, await files.uploads(ann, conversation, facts));
    const { headers } = await files.gets(url);
    expect(headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''a_b.svg");
  });

  test('comes in parts to who asks for parts', async () => {
    const { ann, conversation } = await annAndBob();
    const { url } = await files.readsLink(ann, await files.uploads(ann, conversation, letter));
    const { status, text, headers } = await files.gets(url, { range: 'bytes=5-' });
    expect([status, text, headers.get('content-range')]).toEqual([206, 'xx', 'bytes 5-6/7']);
    expect((await files.gets(url, { range: 'bytes=7-' })).code).toBe('InvalidRange');
  });

  test('may be sent by pages of other origins as far as the stage allows them', async () => {
    const { ann, conversation } = await annAndBob();
    const { upload } = await files.attaches(ann, conversation, letter);
    const origin = `http://localhost:${host.port}`;
    const headers = { origin, 'access-control-request-method': 'POST' };
    const preflight = await fetch(upload.url, { method: 'OPTIONS', headers });
    const posted = await files.posts(upload, 'x'.repeat(7), { origin });
    expect([preflight.status, posted.status]).toEqual([200, 204]);
    for (const answer of [preflight, posted]) expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('the bucket refuses', () => {
  const upTo = async (change: (made: NewAttachment) => NewAttachment['upload'], content = 'x'.repeat(7)) => {
    const { ann, conversation } = await annAndBob();
    return files.posts(change(await files.attaches(ann, conversation, letter)), content);
  };

  test.each<[string, (made: NewAttachment) => NewAttachment['upload'], string]>([
    ['another type', (made) => withField(made, 'Content-Type', 'text/html'), 'AccessDenied'],
    ['another key', (made) => withField(made, 'key', 'somebody/else'), 'AccessDenied'],
    ['a key with something behind', (made) => withField(made, 'key', `${made.upload.fields.key}x`), 'AccessDenied'],
    ['another tag', (made) => withField(made, 'tagging', '<Tagging/>'), 'AccessDenied'],
    ['a field more', (made) => withField(made, 'acl', 'public-read'), 'AccessDenied'],
    ['another policy', (made) => withField(made, 'policy', 'e30='), 'SignatureDoesNotMatch'],
    ['another signature', (made) => withField(made, 'x-amz-signature', '0'.repeat(64)), 'SignatureDoesNotMatch'],
  ])('a form with %s', async (_, change, code) => {
    expect(await upTo(change)).toMatchObject({ status: 403, code });
  });

  test.each([
    ['a byte less', 'x'.repeat(6), 'EntityTooSmall'],
    ['a byte more', 'x'.repeat(8), 'EntityTooLarge'],
    ['nothing', '', 'EntityTooSmall'],
  ])('%s than was said', async (_, content, code) => {
    expect(await upTo(({ upload }) => upload, content)).toMatchObject({ status: 400, code });
  });

  test('a link that says otherwise than it was signed', async () => {
    const { bob, file } = await sentLetter();
    const { url } = await files.readsLink(bob, file);
    const changes: [string | RegExp, string][] = [
      ['attachment', 'inline'],
      ['application%2Fpdf', 'text%2Fhtml'],
      ['X-Amz-Expires=300', 'X-Amz-Expires=3000'],
      [/versionId=[\w-]+/, 'versionId=another'],
    ];
    for (const [from, to] of changes) {
      expect(await files.gets(url.replace(from, to))).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    }
    expect((await files.gets(url.replace(/\?.*/, ''))).status).toBeGreaterThanOrEqual(400);
  });

  test('forms and links after their five minutes', async () => {
    const { ann, conversation, file } = await sentLetter();
    const { upload } = await files.attaches(ann, conversation, letter);
    const { url } = await files.readsLink(ann, file);
    await advanceClock(host, 301);
    expect(await files.posts(upload, 'x'.repeat(7))).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await files.gets(url)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });
});

describe('a message carries', () => {
  test('nothing that was not uploaded, that is somebody else’s, or that lies elsewhere', async () => {
    const { ann, bob, conversation } = await annAndBob();
    const elsewhere = await given.group(ann, [bob]);
    const empty = await files.attaches(ann, conversation, letter);
    const bobs = await files.uploads(bob, conversation, letter);
    const other = await files.uploads(ann, elsewhere, letter);
    const own = await files.uploads(ann, conversation, letter);
    const wrong = { code: 'VALIDATION_FAILED', errors: [{ path: 'attachments[1]' }] };
    for (const { attachmentId } of [empty, bobs, other, { attachmentId: 'nonsense' }]) {
      expect((await sends(ann, conversation, own.attachmentId, attachmentId)).body).toMatchObject(wrong);
    }
    expect((await sends(ann, conversation, own.attachmentId)).status).toBe(201);
    expect((await when.reads(ann, conversation)).messages).toHaveLength(1);
  });

  test('nothing twice', async () => {
    const { ann, conversation, file } = await sentLetter();
    expect((await sends(ann, conversation, file.attachmentId)).body).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  test('in a voice nothing but a recording, and in an image nothing but a picture', async () => {
    const { ann, conversation } = await annAndBob();
    const { attachmentId } = await files.uploads(ann, conversation, letter);
    const voice = { attachmentId, durationMs: 1, waveform: [1] };
    const image = { attachmentId, width: 1, height: 1 };
    const spoken = await when.triesByHttp(ann, conversation, { type: 'voice', attachments: [voice] });
    const seen = await when.triesByHttp(ann, conversation, { type: 'image', attachments: [image] });
    for (const { body } of [spoken, seen]) {
      expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'attachments[0]' }] });
    }
  });

  test('what was there when it was sent, whatever is uploaded after it by the same form', async () => {
    const { ann, bob, conversation } = await annAndBob();
    const { attachmentId, upload } = await files.attaches(ann, conversation, letter);
    await files.posts(upload, 'said so');
    expect((await sends(ann, conversation, attachmentId)).status).toBe(201);
    expect((await files.posts(upload, 'did not')).status).toBe(204);
    expect((await files.gets((await files.readsLink(bob, { attachmentId })).url)).text).toBe('said so');
  });

  test('its file, deleted or not, to administrators', async () => {
    const { ann, bob, file, message } = await sentLetter();
    const root = { ...ann, token: await host.token('root', { scope: 'chat:admin' }) };
    await when.calls(ann, `/messages/${message.id}`, { method: 'DELETE' });
    expect((await files.triesToRead(bob, file)).status).toBe(404);

    const answer = await when.calls<AttachmentLink>(root, `/admin/attachments/${file.attachmentId}`);
    expect(answer.body.attachment).toEqual(file);
    expect((await files.gets(answer.body.url)).status).toBe(200);
    expect((await when.calls(bob, `/admin/attachments/${file.attachmentId}`)).status).toBe(403);
  });

  test('its file for good, and what no message carries is forgotten after a day', async () => {
    const { ann, bob, conversation, file } = await sentLetter();
    const unsent = await files.uploads(ann, conversation, letter);
    await advanceClock(host, 24 * 3_600 + 1);
    expect((await files.gets((await files.readsLink(bob, file)).url)).status).toBe(200);
    expect((await sends(ann, conversation, unsent.attachmentId)).body).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  test('its file once, though S3 fails and the client repeats', async () => {
    const { ann, conversation } = await annAndBob();
    const { attachmentId } = await files.uploads(ann, conversation, letter);
    const draft = { clientMessageId: 'once', type: 'file' as const, attachments: [{ attachmentId }] };
    await setFault(host, { service: 's3', operation: 'DeleteObjectTagging', error: 'ServiceUnavailable', times: 2 });
    const failed = await when.triesByHttp(ann, conversation, draft);
    expect(failed.body).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await advanceClock(host, 15);
    const sent = await when.triesByHttp(ann, conversation, draft);
    const again = await when.triesByHttp(ann, conversation, draft);
    expect([sent.status, again.status]).toEqual([201, 200]);
    expect(again.body.message).toEqual(sent.body.message);
  });
});

describe('a file is not for', () => {
  test('strangers, who can’t tell it from what does not exist', async () => {
    const { file } = await sentLetter();
    const stranger = await someone('eve');
    const nothing = { attachmentId: `g${'x'.repeat(22)}.${'y'.repeat(22)}` };
    for (const asked of [file, nothing, { attachmentId: 'nonsense' }]) {
      then.isProblem(await files.triesToRead(stranger, asked), { code: 'FORBIDDEN' });
    }
  });

  test('others before it is sent', async () => {
    const { ann, bob, conversation } = await annAndBob();
    const file = await files.uploads(ann, conversation, letter);
    then.isProblem(await files.triesToRead(bob, file), { code: 'NOT_FOUND' });
    expect((await files.triesToRead(ann, file)).status).toBe(200);
  });

  test('who was removed, neither to read nor to upload', async () => {
    const { ann, bob, conversation, file } = await sentLetter();
    expect((await people.triesToRemove(ann, conversation, bob)).status).toBe(204);
    then.isProblem(await files.triesToRead(bob, file), { code: 'FORBIDDEN' });
    then.isProblem(await files.triesToAttach(bob, conversation, letter), { code: 'FORBIDDEN' });
  });

  test('anybody when its message is deleted, but where it was forwarded to', async () => {
    const { ann, bob, message, file } = await sentLetter();
    const elsewhere = await given.group(bob, []);
    const [copy] = await messages.forwards(bob, message, [elsewhere]);
    await messages.deletes(ann, message);
    for (const member of [ann, bob]) {
      then.isProblem(await files.triesToRead(member, file), { code: 'NOT_FOUND' });
    }
    const [copied] = copy?.attachments ?? [];
    expect(copied).toMatchObject({ ...letter, attachmentId: expect.not.stringMatching(file.attachmentId) });
    const { url } = await files.readsLink(bob, { attachmentId: copied?.attachmentId ?? '' });
    expect((await files.gets(url)).status).toBe(200);
  });

  test('anybody when an edit has left it out', async () => {
    const { ann, bob, conversation } = await annAndBob();
    const [one, other] = [
      await files.uploads(ann, conversation, letter),
      await files.uploads(ann, conversation, letter),
    ];
    const sent = await sends(ann, conversation, one.attachmentId, other.attachmentId);
    const edited = await messages.edits(ann, sent.body.message, {
      attachments: [{ attachmentId: other.attachmentId }],
    });
    expect(edited.attachments).toEqual([other]);
    then.isProblem(await files.triesToRead(bob, one), { code: 'NOT_FOUND' });
    expect((await files.triesToRead(bob, other)).status).toBe(200);
  });
});

describe('an upload is refused', () => {
  test('of a type that the stage does not take', async () => {
    const { ann, conversation } = await annAndBob();
    const page = { fileName: 'page.html', contentType: 'text/html', size: 5 };
    const errors = [{ path: 'contentType', message: 'is not a type of file that is taken here' }];
    then.isProblem(await files.triesToAttach(ann, conversation, page), { code: 'VALIDATION_FAILED', errors });
  });

  test('of more than a user may upload on a day, until the next', async () => {
    const { ann, conversation } = await annAndBob();
    const film = { fileName: 'film.mp4', contentType: 'video/mp4', size: 100 * 1024 * 1024 };
    for (let turn = 0; turn < 10; turn += 1) await files.attaches(ann, conversation, film);
    const refused = await files.triesToAttach(ann, conversation, film);
    const { code, retryAfterMs = 0 } = refused.body as Partial<Problem>;
    expect([refused.status, code]).toEqual([429, 'RATE_LIMITED']);
    expect(retryAfterMs).toBeGreaterThan(0);
    await advanceClock(host, Math.ceil(retryAfterMs / 1_000) + 1);
    expect((await files.triesToAttach(ann, conversation, film)).status).toBe(201);
  });
});
