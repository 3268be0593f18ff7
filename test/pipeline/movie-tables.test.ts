import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { MovieTrack } from '../../pipeline/model/mp4/movie-track.ts';
import type { SourceInfo } from '../../pipeline/model/source-info.ts';
import { createMovieTables } from '../../pipeline/movie-tables.ts';
import { temporaryFolder } from '../conformance/fixtures.ts';

const info: SourceInfo = { formatNames: ['mov'], sizeBytes: 1, audio: [], others: [], tags: {} };

let path: string;
beforeEach(async () => {
  path = join(temporaryFolder(), 'film.mp4');
  await writeFile(path, 'film');
});

/** Tables of so many samples, and how often they were read. */
function open(sampleCount = 1) {
  let reads = 0;
  const tables = createMovieTables(async () => {
    reads += 1;
    return new Map([[0, { samples: { count: sampleCount } } as MovieTrack]]);
  });
  return { tables, read: (titleId: string) => tables.read(titleId, path, info), reads: () => reads };
}

test('the tables of a title are read once, also by those who ask together', async () => {
  const { read, reads } = open();
  const [one, other] = await Promise.all([read('film'), read('film')]);
  expect(one).toBe(other);
  await read('film');
  expect(reads()).toBe(1);
});

test('a file that has changed, or a title that was forgotten, is read anew', async () => {
  const { tables, read, reads } = open();
  await read('film');
  await utimes(path, 1, 1);
  await read('film');
  expect(reads()).toBe(2);
  tables.forget('film');
  await read('film');
  expect(reads()).toBe(3);
});

test('the title that was not asked for longest loses its tables, where there are many titles or samples', async () => {
  const many = open();
  for (let title = 0; title <= 16; title++) {
    await many.read('first');
    await many.read(`${title}`);
  }
  expect(many.reads()).toBe(18);
  await many.read('first');
  expect(many.reads()).toBe(18);
  await many.read('0');
  expect(many.reads()).toBe(19);

  const long = open(1_500_000);
  for (const title of ['a', 'b', 'c', 'b', 'c']) await long.read(title);
  expect(long.reads()).toBe(3);
  await long.read('a');
  expect(long.reads()).toBe(4);
});

test('tables that could not be read are tried again', async () => {
  const { read, reads } = open();
  await rm(path);
  await expect(read('film')).rejects.toMatchObject({ code: 'ENOENT' });
  await writeFile(path, 'film');
  await read('film');
  expect(reads()).toBe(1);

  let isBroken = true;
  const tables = createMovieTables(async () => {
    if (isBroken) throw new Error('The disk reports an error.');
    return new Map();
  });
  await expect(tables.read('film', path, info)).rejects.toThrow('disk');
  isBroken = false;
  expect(await tables.read('film', path, info)).toEqual(new Map());
});
