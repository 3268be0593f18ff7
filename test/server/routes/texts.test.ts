import { once } from 'node:events';
import { mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningApp, startApp } from '../start-app.ts';

const TEXT = '첫째 줄\r\n둘째 줄 똠방각하\n\n넷째 줄 🎬';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
  await mkdir(join(app.mediaDir, 'texts'));
});
afterEach(() => app.close());

function put(name: string, content: string | Uint8Array): Promise<void> {
  return writeFile(join(app.mediaDir, 'texts', name), content);
}

function ask(name: string, headers: Record<string, string> = {}) {
  return app.send(`/text_stream?file_name=${encodeURIComponent(name)}`, { headers });
}

/** How often this process, which is the server too, has the file open. */
async function countOpen(name: string): Promise<number> {
  const open = await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return open.filter((path) => path.endsWith(`/texts/${name}`)).length;
}

describe('GET /text_stream', () => {
  test.each([
    ['utf-8', TEXT],
    ['utf-16le', TEXT],
    ['utf-16be', TEXT],
    ['cp949', TEXT.replace('🎬', '')],
  ])('a text in %s is sent in UTF-8, in chunks', async (encoding, text) => {
    await put('노래.txt', iconv.encode(text, encoding, { addBOM: encoding.startsWith('utf-16') }));
    const answer = await ask('노래.txt');
    expect(answer.text).toBe(text);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'transfer-encoding': 'chunked',
      vary: 'Accept',
      'access-control-allow-origin': '*',
    });
    expect(answer.headers['content-length']).toBeUndefined();
    expect((await ask('노래.txt', { 'If-None-Match': answer.headers.etag as string })).status).toBe(304);
  });

  test('it is found under its name in either form of Unicode', async () => {
    await put('한글.txt'.normalize('NFD'), 'text');
    expect((await ask('한글.txt')).text).toBe('text');
  });

  test.each([
    '../catalogue.sqlite',
    'a.txt/../b.txt',
    '/etc/passwd',
    '..',
    '.hidden.txt',
    'secret.bin',
    'link.txt',
    'x\0.txt',
    'folder.txt',
  ])('%j is no text', async (name) => {
    await put('.hidden.txt', 'hidden');
    await put('secret.bin', 'secret');
    await mkdir(join(app.mediaDir, 'texts/folder.txt'));
    await symlink('/etc/passwd', join(app.mediaDir, 'texts/link.txt'));
    expect(await ask(name)).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });

  test('without a name it is refused', async () => {
    expect(await app.send('/text_stream')).toMatchObject({ status: 400, json: { code: 'bad_request' } });
  });

  test('a client that reads slowly makes nothing wait but itself, and one that goes ends the reading', async () => {
    await put('long.txt', '긴 글\n'.repeat(2_000_000));
    const request = get({ host: '127.0.0.1', port: app.port, path: '/text_stream?file_name=long.txt', agent: false });
    const [answer] = await once(request, 'response');
    await once(answer, 'readable');
    answer.read();
    const before = process.memoryUsage().arrayBuffers;
    expect((await ask('long.txt')).bytes.length).toBe(2_000_000 * 8);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(await countOpen('long.txt')).toBe(1);
    request.destroy();
    await expect.poll(() => countOpen('long.txt')).toBe(0);
  });

  test('who asks for the head alone opens nothing for good', async () => {
    await put('a.txt', TEXT);
    for (const Accept of ['text/plain', 'text/event-stream']) {
      const head = await app.send('/text_stream?file_name=a.txt', { method: 'HEAD', headers: { Accept } });
      expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-type': `${Accept}; charset=utf-8` } });
    }
    await expect.poll(() => countOpen('a.txt')).toBe(0);
  });
});

describe('as events', () => {
  const EVENTS = { Accept: 'text/event-stream' };

  test('it comes line by line, each with its number', async () => {
    await put('a.txt', iconv.encode(TEXT.replace('🎬', ''), 'cp949'));
    const answer = await ask('a.txt', EVENTS);
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(answer.text).toBe(
      'id: 1\ndata: 첫째 줄\n\nid: 2\ndata: 둘째 줄 똠방각하\n\nid: 3\ndata: \n\nid: 4\ndata: 넷째 줄 \n\nevent: end\ndata:\n\n',
    );
  });

  test('it goes on after the last line that was had, and ends for good after the last one of all', async () => {
    await put('a.txt', TEXT);
    expect((await ask('a.txt', { ...EVENTS, 'Last-Event-ID': '3' })).text).toBe('id: 4\ndata: 넷째 줄 🎬\n\nevent: end\ndata:\n\n');
    expect(await ask('a.txt', { ...EVENTS, 'Last-Event-ID': '4' })).toMatchObject({ status: 204, text: '' });
  });

  test('who takes anything gets the text', async () => {
    await put('a.txt', TEXT);
    expect((await ask('a.txt', { Accept: '*/*' })).headers['content-type']).toBe('text/plain; charset=utf-8');
  });
});

describe('/api/texts', () => {
  test('lists them, takes new ones, names them anew and removes them', async () => {
    const added = await app.send('/api/texts?name=song.lrc', { method: 'PUT', body: iconv.encode(TEXT.replace('🎬', ''), 'cp949') });
    expect(added).toMatchObject({ status: 201, json: { name: 'song.lrc', streamUrl: '/text_stream?file_name=song.lrc' } });
    expect((await app.send('/api/texts')).json).toMatchObject({ texts: [{ name: 'song.lrc' }] });
    expect((await app.send('/api/texts/song.lrc')).json).toMatchObject({ encoding: 'cp949' });
    const headers = { 'Content-Type': 'application/json' };
    const path = `/api/texts/${encodeURIComponent('애국가.lrc')}`;
    expect(await app.send('/api/texts/song.lrc', { method: 'PATCH', headers, body: '{"name":"애국가.lrc"}' })).toMatchObject({
      status: 200,
      json: { name: '애국가.lrc' },
    });
    expect(await app.send('/api/texts/song.lrc')).toMatchObject({ status: 404 });
    expect(await app.send(path, { method: 'DELETE' })).toMatchObject({ status: 204 });
    expect((await app.send('/api/texts')).json).toEqual({ texts: [] });
  });

  test.each([
    ['other.txt', 'name_invalid'],
    ['../up.txt', 'name_invalid'],
    ['a.exe', 'name_invalid'],
  ])('one is not called %s', async (name, code) => {
    await put('a.txt', 'a');
    await put('other.txt', 'b');
    const headers = { 'Content-Type': 'application/json' };
    expect(await app.send('/api/texts/a.txt', { method: 'PATCH', headers, body: JSON.stringify({ name }) })).toMatchObject({
      status: 400,
      json: { code },
    });
    expect((await app.send('/api/texts')).json).toMatchObject({ texts: [{ name: 'a.txt' }, { name: 'other.txt' }] });
  });
});
