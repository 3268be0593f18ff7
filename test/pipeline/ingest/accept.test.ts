import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../pipeline/errors.ts';
import { type Acceptor, createAcceptor } from '../../../pipeline/ingest/accept.ts';
import { createFailures } from '../../../pipeline/ingest/fail.ts';
import { type MediaHome, makeMediaHome } from './media-home.ts';

let home: MediaHome;
let acceptor: Acceptor;

beforeEach(async () => {
  home = await makeMediaHome();
  acceptor = createAcceptor(home);
});
afterEach(() => home.remove());

const drop = (name: string, bytes: Uint8Array | string) => home.write(`inbox/${name}`, bytes);

/** The files of the media home with title ids written as ID, so that whole folders can be compared. */
async function files(): Promise<Record<string, string>> {
  const found = Object.entries(await home.files()).map(([path, text]) => [path.replace(/^originals\/[\w-]{12}\//, 'originals/ID/'), text]);
  return Object.fromEntries(found);
}

describe('a new file', () => {
  test('becomes a waiting title and is moved into originals/', async () => {
    const path = await drop('My film.mp4', 'film');
    const { title, isNew } = await acceptor.accept({ path, name: 'My film.mp4' });
    expect(isNew).toBe(true);
    expect(title).toMatchObject({ version: 1, name: 'My film', kind: 'file', report: [] });
    expect(title.id).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{11}$/);
    expect(title.source).toMatchObject({ path: `originals/${title.id}/My film.mp4`, originalName: 'My film.mp4', sizeBytes: 4 });
    expect(await files()).toEqual({ 'originals/ID/My film.mp4': 'film' });
    expect(await home.store.readTitle(title.id)).toEqual(title);
    expect(await home.catalogue.getTitle(title.id)).toMatchObject({ record: title, state: 'waiting', durationSeconds: null });
    expect(home.events).toEqual([{ type: 'title', titleId: title.id, state: 'waiting', progress: 0 }]);
  });

  test.each([
    ['Korean from a Mac (NFD)', '한국 영화.mp4'.normalize('NFD'), '한국 영화', '한국 영화.mp4'],
    ['emoji', '🎬👨‍👩‍👧.mp4', '🎬👨‍👩‍👧', '🎬👨‍👩‍👧.mp4'],
    ['quotes', `it's "x" $(rm) \`y\`.mp4`, `it's "x" $(rm) \`y\``, `it's "x" $(rm) \`y\`.mp4`],
    ['a leading dash', '-i.mp4', '-i', '_-i.mp4'],
    ['300 bytes', `${'가'.repeat(98)}.mkv`, '가'.repeat(98), `${'가'.repeat(65)}.mkv`],
  ])('with %s in its name keeps that name for people and a safe one on the disk', async (_what, name, shown, stored) => {
    const path = await drop('body', 'film');
    const { title } = await acceptor.accept({ path, name });
    expect(title.name).toBe(shown);
    expect(title.source.originalName).toBe(name.normalize('NFC'));
    expect(await files()).toEqual({ [`originals/ID/${stored}`]: 'film' });
  });

  test('that is to stay where it is is copied and left alone', async () => {
    const path = await drop('film.mp4', 'film');
    const { isNew } = await acceptor.accept({ path, name: 'film.mp4', keepOriginal: true });
    expect(isNew).toBe(true);
    expect(await files()).toEqual({ 'inbox/film.mp4': 'film', 'originals/ID/film.mp4': 'film' });
  });

  const isOtherDevice = async (path: string) => (await stat(path).catch(() => undefined))?.dev !== (await stat(home.mediaDir)).dev;
  test('on another file system is copied, compared and only then removed there', async (context) => {
    if (!(await stat('/dev/shm').catch(() => undefined)) || !(await isOtherDevice('/dev/shm'))) return context.skip();
    const elsewhere = await mkdtemp('/dev/shm/millrace-');
    try {
      await writeFile(join(elsewhere, 'film.mp4'), 'film');
      await acceptor.accept({ path: join(elsewhere, 'film.mp4'), name: 'film.mp4' });
      expect(await files()).toEqual({ 'originals/ID/film.mp4': 'film' });
      await expect(stat(join(elsewhere, 'film.mp4'))).rejects.toThrow('ENOENT');
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });
});

describe('the same content again', () => {
  test('is one title: the second copy is removed and the first title answered', async () => {
    const first = await acceptor.accept({ path: await drop('a.mp4', 'film'), name: 'a.mp4' });
    const second = await acceptor.accept({ path: await drop('b.mp4', 'film'), name: 'b.mp4' });
    expect(second).toEqual({ title: first.title, isNew: false });
    expect(await files()).toEqual({ 'originals/ID/a.mp4': 'film' });
    expect(await home.store.listTitles()).toEqual([first.title.id]);
  });

  test('dropped many times at once is one title', async () => {
    const paths = await Promise.all([0, 1, 2, 3, 4].map((i) => drop(`${i}.mp4`, 'film')));
    const accepted = await Promise.all(paths.map((path) => acceptor.accept({ path, name: 'film.mp4' })));
    expect(accepted.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(accepted.map(({ title }) => title.id)).size).toBe(1);
    expect(Object.keys(await files())).toEqual(['originals/ID/film.mp4']);
  });

  test('from outside the media home is not removed there', async () => {
    await acceptor.accept({ path: await drop('a.mp4', 'film'), name: 'a.mp4' });
    const { isNew } = await acceptor.accept({ path: await drop('b.mp4', 'film'), name: 'b.mp4', keepOriginal: true });
    expect(isNew).toBe(false);
    expect(await files()).toEqual({ 'originals/ID/a.mp4': 'film', 'inbox/b.mp4': 'film' });
  });

  test('only in its quick identity is a title of its own, and found again as such', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 251));
    const twin = Buffer.from(bytes);
    twin[100_000] = 255;
    const first = await acceptor.accept({ path: await drop('a', bytes), name: 'a' });
    const second = await acceptor.accept({ path: await drop('b', twin), name: 'b' });
    const third = await acceptor.accept({ path: await drop('c', twin), name: 'c' });
    expect(second.isNew).toBe(true);
    expect(second.title.source.identity).not.toBe(first.title.source.identity);
    expect(third).toEqual({ title: second.title, isNew: false });
  });

  test('is not merged with a title whose original is gone, because nothing can be compared', async () => {
    const first = await acceptor.accept({ path: await drop('a.mp4', 'film'), name: 'a.mp4' });
    await rm(join(home.mediaDir, first.title.source.path));
    const second = await acceptor.accept({ path: await drop('b.mp4', 'film'), name: 'b.mp4' });
    expect(second.isNew).toBe(true);
    expect(await files()).toEqual({ 'originals/ID/b.mp4': 'film' });
  });
});

describe('a file that cannot be a source', () => {
  test('because it is empty, lies in failed/ with its reason, and is listed as failed', async () => {
    const path = await drop('한국.mp4'.normalize('NFD'), '');
    await expect(acceptor.accept({ path, name: '한국.mp4'.normalize('NFD') })).rejects.toMatchObject({ code: 'source_empty' });
    const kept = await files();
    expect(Object.keys(kept).sort()).toEqual(['failed/한국.mp4', 'failed/한국.mp4.error.json']);
    const reason = { code: 'source_empty', message: 'This file is empty. Copy or download it again.' };
    expect(JSON.parse(kept['failed/한국.mp4.error.json']!)).toEqual({ ...reason, originalName: '한국.mp4', atMs: expect.any(Number) });
    const [listed] = await home.catalogue.listTitles();
    expect(listed).toMatchObject({ state: 'failed', record: { name: '한국', error: reason, source: { path: 'failed/한국.mp4' } } });
  });

  test.skipIf(process.getuid?.() === 0)('because it cannot be read, fails with that reason', async () => {
    const path = await drop('film.mp4', 'film');
    await chmod(path, 0);
    await expect(acceptor.accept({ path, name: 'film.mp4' })).rejects.toMatchObject({ code: 'source_unreadable' });
  });

  test('because it is a folder or a pipe, is left where it is', async () => {
    await mkdir(join(home.mediaDir, 'inbox'));
    execFileSync('mkfifo', [join(home.mediaDir, 'inbox/pipe.mp4')]);
    for (const name of ['inbox', 'inbox/pipe.mp4']) {
      await expect(acceptor.accept({ path: join(home.mediaDir, name), name: 'x' })).rejects.toMatchObject({ code: 'source_unreadable' });
    }
    expect((await stat(join(home.mediaDir, 'inbox/pipe.mp4'))).isFIFO()).toBe(true);
    expect(await home.catalogue.listTitles()).toEqual([]);
  });

  test('because it is gone, says so', async () => {
    await expect(acceptor.accept({ path: join(home.mediaDir, 'no'), name: 'no' })).rejects.toMatchObject({ code: 'source_missing' });
  });

  test('is not taken away from its owner when it was only to be copied', async () => {
    const path = await drop('film.mp4', '');
    await expect(acceptor.accept({ path, name: 'film.mp4', keepOriginal: true })).rejects.toMatchObject({ code: 'source_empty' });
    expect(await files()).toEqual({ 'inbox/film.mp4': '' });
  });

  test('never takes the place of another one that failed', async () => {
    for (const _ of [1, 2]) await acceptor.accept({ path: await drop('x.mp4', ''), name: 'x.mp4' }).catch(() => undefined);
    expect(Object.keys(await files()).sort()).toEqual([
      'failed/x (2).mp4',
      'failed/x (2).mp4.error.json',
      'failed/x.mp4',
      'failed/x.mp4.error.json',
    ]);
  });
});

describe('a title that failed', () => {
  const failure = new AppError('source_not_media', 'This is not a film.');

  test('keeps its original in failed/ with its reason, and stays listed with it', async () => {
    const { title } = await acceptor.accept({ path: await drop('film.mp4', 'text'), name: 'film.mp4' });
    await createFailures(home).failTitle(title.id, failure);
    expect(Object.keys(await files()).sort()).toEqual(['failed/film.mp4', 'failed/film.mp4.error.json']);
    const listed = await home.catalogue.getTitle(title.id);
    const error = { code: 'source_not_media', message: 'This is not a film.' };
    expect(listed).toMatchObject({ state: 'failed', record: { error, source: { path: 'failed/film.mp4' } } });
    expect(await home.store.readTitle(title.id)).toEqual(listed?.record);
    expect(home.events.at(-1)).toEqual({ type: 'title', titleId: title.id, state: 'failed', progress: 0 });
  });

  test('is tried again under its id when its content comes again', async () => {
    const { title } = await acceptor.accept({ path: await drop('film.mp4', 'text'), name: 'film.mp4' });
    await createFailures(home).failTitle(title.id, failure);
    const again = await acceptor.accept({ path: await drop('better name.mp4', 'text'), name: 'better name.mp4' });
    expect(again.isNew).toBe(true);
    expect(again.title.id).toBe(title.id);
    expect(again.title.error).toBeUndefined();
    expect(await files()).toEqual({ 'originals/ID/better name.mp4': 'text' });
    expect(await home.catalogue.getTitle(title.id)).toMatchObject({ state: 'waiting' });
  });

  test('may fail twice, and may be unknown', async () => {
    const { title } = await acceptor.accept({ path: await drop('film.mp4', 'text'), name: 'film.mp4' });
    const { failTitle } = createFailures(home);
    await failTitle(title.id, failure);
    await failTitle(title.id, new Error('something else'));
    expect(await home.store.readTitle(title.id)).toMatchObject({ error: { code: 'internal' }, source: { path: 'failed/film.mp4' } });
    expect(await readFile(join(home.mediaDir, 'failed/film.mp4'), 'utf8')).toBe('text');
    await expect(failTitle('no-such-title', failure)).resolves.toBeUndefined();
  });
});

describe('an error of ours', () => {
  test('gives the file back to where it was, and nothing is left of it', async () => {
    const path = await drop('film.mp4', 'film');
    const store = { ...home.store, writeTitle: () => Promise.reject(new AppError('disk_full', 'Full.', { retryable: true })) };
    await expect(createAcceptor({ ...home, store }).accept({ path, name: 'film.mp4' })).rejects.toMatchObject({ code: 'disk_full' });
    expect(await files()).toEqual({ 'inbox/film.mp4': 'film' });
    expect((await acceptor.accept({ path, name: 'film.mp4' })).isNew).toBe(true);
  });

  test('never puts it over another file that came meanwhile: it waits in originals/ for the next start', async () => {
    const path = await drop('film.mp4', 'film');
    const writeTitle = async () => {
      await drop('film.mp4', 'another');
      throw new AppError('store_failed', 'No.');
    };
    await expect(createAcceptor({ ...home, store: { ...home.store, writeTitle } }).accept({ path, name: 'film.mp4' })).rejects.toThrow();
    expect(Object.values(await files()).sort()).toEqual(['another', 'film']);
  });
});

describe('after a kill', () => {
  test('between the move and title.json, the next start makes the title, under its true name', async () => {
    await home.write('originals/abcdefghijkl/_-x.mp4', 'film');
    await home.write('originals/abcdefghijkl/.name.json', '{"originalName":"-x.mp4"}');
    const [title] = await acceptor.recoverOrphans();
    expect(title).toMatchObject({
      id: 'abcdefghijkl',
      name: '-x',
      source: { path: 'originals/abcdefghijkl/_-x.mp4', originalName: '-x.mp4' },
    });
    expect(await files()).toEqual({ 'originals/ID/_-x.mp4': 'film' });
    expect(await acceptor.recoverOrphans()).toEqual([]);
  });

  test('with the note cut short, the stored name has to do', async () => {
    await home.write('originals/abcdefghijkl/film.mp4', 'film');
    await home.write('originals/abcdefghijkl/.name.json', '{"origi');
    expect(await acceptor.recoverOrphans()).toMatchObject([{ name: 'film' }]);
  });

  test('before the move, only our own notes and half copies are removed', async () => {
    await home.write('originals/abcdefghijkl/.name.json', '{}');
    await home.write('originals/abcdefghijkl/.copying-film.mp4', 'fi');
    await home.write('originals/somebody/.else', 'x');
    await home.write('originals/stray.mp4', 'x');
    expect(await acceptor.recoverOrphans()).toEqual([]);
    expect(await home.files()).toEqual({ 'originals/somebody/.else': 'x', 'originals/stray.mp4': 'x' });
  });

  test('an orphan with the content of a title is merged into it', async () => {
    const { title } = await acceptor.accept({ path: await drop('film.mp4', 'film'), name: 'film.mp4' });
    await home.write('originals/abcdefghijkl/film.mp4', 'film');
    expect(await acceptor.recoverOrphans()).toEqual([]);
    expect(Object.keys(await home.files())).toEqual([title.source.path]);
  });

  test('within failing, the original is moved on to failed/', async () => {
    const { title } = await acceptor.accept({ path: await drop('film.mp4', 'text'), name: 'film.mp4' });
    const error = { code: 'source_not_media', message: 'No film.' };
    await home.store.writeTitle({ ...title, error, source: { ...title.source, path: 'failed/film.mp4' } });
    expect(await acceptor.recoverOrphans()).toEqual([]);
    expect(await files()).toEqual({ 'failed/film.mp4': 'text' });
  });

  test('within reviving, the failed title is tried again', async () => {
    const { title } = await acceptor.accept({ path: await drop('film.mp4', 'text'), name: 'film.mp4' });
    await createFailures(home).failTitle(title.id, new AppError('source_not_media', 'No film.'));
    await home.write(`originals/${title.id}/film.mp4`, 'text');
    expect(await acceptor.recoverOrphans()).toMatchObject([{ id: title.id, source: { path: `originals/${title.id}/film.mp4` } }]);
    expect(await files()).toEqual({ 'originals/ID/film.mp4': 'text' });
  });

  test('a title that is as it should be is left alone', async () => {
    const { title } = await acceptor.accept({ path: await drop('film.mp4', 'film'), name: 'film.mp4' });
    const before = await home.files();
    expect(await acceptor.recoverOrphans()).toEqual([]);
    expect(await home.files()).toEqual(before);
    await rename(join(home.mediaDir, title.source.path), join(tmpdir(), `${title.id}.mp4`));
    expect(await acceptor.recoverOrphans()).toEqual([]);
    await rm(join(tmpdir(), `${title.id}.mp4`));
  });

  test('one orphan that cannot be taken does not keep the others from it', async () => {
    await home.write('originals/not a title id/film.mp4', 'a');
    await home.write('originals/zzzzzzzzzzzz/film.mp4', 'b');
    expect(await acceptor.recoverOrphans()).toMatchObject([{ id: 'zzzzzzzzzzzz' }]);
    expect(await home.files()).toMatchObject({ 'originals/not a title id/film.mp4': 'a' });
  });
});
