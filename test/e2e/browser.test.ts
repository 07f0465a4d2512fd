import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AttachmentLink, NewAttachment } from '../../contract/attachment.ts';
import { chromePath, openBrowser, openSite, type Site } from '../helpers/browser.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import type * as files from '../helpers/steps-files.ts';
import * as given from '../helpers/steps-given.ts';
import * as messages from '../helpers/steps-messages.ts';
import * as when from '../helpers/steps-when.ts';

// Without a browser there is nothing to test in one: the helper says how to get one. CI has it.
describe.skipIf(!chromePath)('a page of another origin, in a browser', () => {
  let host: TestHost;
  let site: Site;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [host, site, browser] = await Promise.all([startHost(), openSite(), openBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([site.close(), host.stop()]);
  });
  beforeEach(async () => {
    page = await browser.newPage();
    await page.goto(site.origin);
  });

  /** A PNG of one dot: a browser shows it, or knows that it is none. */
  const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const dotBytes = Buffer.from(dot, 'base64');
  const picture: files.Facts = { fileName: 'dot.png', contentType: 'image/png', size: dotBytes.length };

  const annAndBob = async () => {
    const [ann, bob] = [await given.absentUser(host, 'ann'), await given.absentUser(host, 'bob')];
    return { ann, bob, conversation: await given.group(ann, [bob]) };
  };

  test('gets a token and hears by a WebSocket whose token is in no URL', async () => {
    const { ann, bob, conversation } = await annAndBob();
    const issued: string = await page.evaluate(
      async ([url, body]) => (await fetch(url, { method: 'POST', body })).text(),
      [`${host.localUrl}/token`, JSON.stringify({ userId: bob.userId })] as const,
    );
    const { token }: { token: string } = JSON.parse(issued);
    await page.evaluate(
      ([url, bearer]) => {
        const socket = new WebSocket(url, ['chat.v1', `bearer.${bearer}`]);
        const heard = new Promise((resolve) => {
          socket.onmessage = ({ data }) => resolve(JSON.parse(data).events[0].data.message.text);
        });
        Object.assign(globalThis, { heard });
        return new Promise((resolve, reject) => {
          socket.onopen = resolve;
          socket.onerror = reject;
        });
      },
      [host.webSocketUrl, token] as const,
    );
    await when.sendsByHttp(ann, conversation, 'hello, page');
    expect(await page.evaluate('heard')).toBe('hello, page');
  });

  test('uploads a picture by a form and shows it by its link', async () => {
    const { ann, bob, conversation } = await annAndBob();
    const asked = await asks<NewAttachment>(ann, 'POST', `/conversations/${conversation}/attachments`, picture);
    expect(await uploads(asked, dot)).toBeLessThan(300);
    const media = { attachmentId: asked.attachmentId, width: 1, height: 1 };
    await messages.says(ann, conversation, { type: 'image', attachments: [media] });

    const { url } = await asks<AttachmentLink>(bob, 'GET', `/attachments/${asked.attachmentId}`);
    expect(await downloads(url)).toBe(dot);
    expect(await widthOf(url)).toBe(1);
  });

  test('can neither upload another type nor more than it said', async () => {
    const { ann, conversation } = await annAndBob();
    const asked = await asks<NewAttachment>(ann, 'POST', `/conversations/${conversation}/attachments`, picture);
    expect(await uploads(asked, `${dot.slice(0, -4)}AAAAAAAA`)).toBe(400);
    const fields = { ...asked.upload.fields, 'Content-Type': 'text/html' };
    expect(await uploads({ ...asked, upload: { ...asked.upload, fields } }, dot)).toBe(403);
  });

  /** A call of the API by the page, which the browser lets through only if the API allows its origin. */
  const asks = async <Answer>(
    { token }: given.AbsentUser,
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer> => {
    const text = await page.evaluate(async ({ url, ...request }) => (await fetch(url, request)).text(), {
      url: `${host.httpUrl}/v1${path}`,
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return JSON.parse(text);
  };

  /** The status that the page sees. */
  const uploads = ({ upload }: Pick<NewAttachment, 'upload'>, base64: string): Promise<number> =>
    page.evaluate(
      async ({ url, fields, content }) => {
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.append(name, value);
        form.append('file', await (await fetch(`data:image/png;base64,${content}`)).blob());
        return (await fetch(url, { method: 'POST', body: form })).status;
      },
      { ...upload, content: base64 },
    );

  const downloads = (url: string): Promise<string> =>
    page.evaluate(async (link) => {
      const bytes = new Uint8Array(await (await fetch(link)).arrayBuffer());
      return btoa(String.fromCharCode(...bytes));
    }, url);

  /** As an <img> shows it. */
  const widthOf = async (url: string): Promise<number> => {
    await page.setContent(`<img src="${url.replaceAll('&', '&amp;')}">`, { waitUntil: 'load' });
    return Number(await page.evaluate('document.images[0].naturalWidth'));
  };
});
