import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../server/cli/run-cli.ts';
import { noteRunningServer } from '../../server/running-server.ts';
import { addTitle, type RunningApp, startApp } from './start-app.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  let [out, err] = ['', ''];
  const status = await runCli(args, { env, folder, out: (text) => (out += text), err: (text) => (err += text) });
  return { status, out, err };
}

/** One sentence, no stack. */
const SENTENCE = /^[^\n]+\.\n$/;

describe('a command line that is not understood', () => {
  test.each([[['bogus']], [['add']], [['list', '--bogus']], [['add', 'https://example.org/film.mp4']]])('%j answers 2', async (args) => {
    const { status, out, err } = await run(args);
    expect([status, out]).toEqual([2, '']);
    expect(err).not.toBe('');
  });

  test('help and the version are no mistakes', async () => {
    expect((await run(['--help'])).status).toBe(0);
    expect(await run(['--version'])).toMatchObject({ status: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

test('a wrong setting is one sentence and 1', async () => {
  const { status, err } = await run(['list'], { PORT: 'none' });
  expect(status).toBe(1);
  expect(err).toMatch(/^The settings are not right\. PORT.*\n$/);
});

describe('without a server', () => {
  test('an empty library is listed as such', async () => {
    expect(await run(['list'])).toEqual({ status: 0, out: 'The library is empty.\n', err: '' });
    expect((await run(['list', '--json'])).out).toBe('{"titles":[]}\n');
  });

  test('add copies a file into the media home, once, and leaves it where it is', async () => {
    const path = join(folder, '영화 1.mp4');
    await writeFile(path, 'film bytes');
    const first = await run(['add', path, '--json']);
    expect(first.status).toBe(0);
    const { id, name, isNew, url } = JSON.parse(first.out);
    expect({ name, isNew, url }).toEqual({ name: '영화 1', isNew: true, url: null });
    expect(await readFile(path, 'utf8')).toBe('film bytes');
    expect((await readdir(join(folder, 'media', 'originals', id))).filter((file) => !file.startsWith('.'))).toHaveLength(1);
    expect(JSON.parse((await run(['add', path, '--json'])).out)).toMatchObject({ id, isNew: false });
    const { titles } = JSON.parse((await run(['list', '--json'])).out);
    expect(titles).toMatchObject([{ id, state: 'waiting' }]);
    expect((await run(['list'])).out).toContain('영화 1');
  });

  test.each([['none.mp4'], ['.']])('add %s fails with a sentence', async (path) => {
    const { status, out, err } = await run(['add', join(folder, path)]);
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(SENTENCE);
  });

  test('reindex brings the catalogue back from the media home', async () => {
    await writeFile(join(folder, 'film.mp4'), 'film bytes');
    await run(['add', join(folder, 'film.mp4')]);
    for (const name of await readdir(join(folder, 'media'))) {
      if (name.startsWith('catalogue.sqlite')) await rm(join(folder, 'media', name));
    }
    expect((await run(['list'])).out).toBe('The library is empty.\n');
    expect(await run(['reindex', '--json'])).toMatchObject({ status: 0, out: '{"titles":1,"segments":0}\n' });
    expect((await run(['list'])).out).toContain('film');
  });

  test('verify of nothing fails with a sentence', async () => {
    expect(await run(['verify', 'nothing'])).toMatchObject({ status: 1, out: '', err: expect.stringMatching(SENTENCE) });
  });

  test('doctor says what is wrong, and answers 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { status, out } = await run(['doctor', '--json'], { PORT: String(port) });
    other.close();
    const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: { what: string; ok: boolean; detail: string }[] };
    expect([status, ok]).toEqual([1, false]);
    expect(findings.find((finding) => finding.what === 'port')).toMatchObject({
      ok: false,
      detail: expect.stringContaining(`${port} is taken`),
    });
    expect(findings.find((finding) => finding.what === 'media home')).toMatchObject({ ok: true });
    expect(await readdir(join(folder, 'media'))).toEqual([]);
  });
});

describe('beside a server', () => {
  let app: RunningApp;
  let env: NodeJS.ProcessEnv;
  beforeEach(async () => {
    app = await startApp({ apiToken: 'secret' });
    env = { MEDIA_DIR: app.mediaDir, API_TOKEN: 'secret' };
    await noteRunningServer(app.mediaDir, `http://localhost:${app.port}`);
  });
  afterEach(() => app.close());

  test('add sends the file to it, with the token', async () => {
    const path = join(folder, "it's ?&#.mp4");
    const bytes = Buffer.alloc(3_000_000, 'film');
    await writeFile(path, bytes);
    const { status, out } = await run(['add', path, '--json'], env);
    expect(status).toBe(0);
    const { id, name, url } = JSON.parse(out);
    expect({ name, url }).toEqual({ name: "it's ?&#", url: `http://localhost:${app.port}/watch/${id}` });
    const { source } = (await app.services.store.readTitle(id))!;
    expect(bytes.equals(await readFile(join(app.mediaDir, source.path)))).toBe(true);
  });

  test('add passes on what the server says', async () => {
    await writeFile(join(folder, 'film.mp4'), 'x');
    const { status, err } = await run(['add', join(folder, 'film.mp4')], { ...env, API_TOKEN: 'wrong' });
    expect([status, err]).toEqual([1, 'This needs the API token: Authorization: Bearer <token>.\n']);
  });

  test('list shows what it serves', async () => {
    await addTitle(app.services, 'film');
    const { out } = await run(['list', '--json'], env);
    expect(JSON.parse(out)).toEqual((await app.send('/api/titles')).json);
  });

  test('a note that a killed server left behind misleads nobody', async () => {
    await writeFile(join(app.mediaDir, 'server.json'), JSON.stringify({ url: `http://localhost:${app.port}`, pid: 1 }));
    const { out, status } = await run(['list'], env);
    expect([status, out]).toEqual([0, 'The library is empty.\n']);
    expect(existsSync(join(app.mediaDir, 'server.json'))).toBe(true);
  });
});
