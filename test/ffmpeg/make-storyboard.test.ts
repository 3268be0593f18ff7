import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeStoryboard, type StoryboardSheets } from '../../pipeline/ffmpeg/make-storyboard.ts';
import { corpusFile, hasCorpus } from '../corpus.ts';
import { prepare } from './convert-harness.ts';
import { makeClip } from './make-clip.ts';
import { findTools, silentLog as log, newHome, processesNaming } from './title-home.ts';

let clips: string;

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-clips-'));
});
afterAll(() => rm(clips, { recursive: true }));

/** Three stretches: red, green and blue. */
function film(seconds: number): string[] {
  const colours = ['red', 'lime', 'blue'].map((name, index) => `color=${name}:s=64x36:r=5:d=${seconds / 3}[c${index}]`).join(';');
  const filter = `${colours};[c0][c1][c2]concat=n=3,format=yuv420p`;
  return ['-filter_complex', filter, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-sc_threshold', '0'];
}
/** Longer than what is decoded whole. */
const LONG_SECONDS = 66;

async function clip(name: string, ...args: string[]): Promise<string> {
  const path = join(clips, name);
  await makeClip(...args, path);
  return path;
}

async function storyboard(path: string): Promise<StoryboardSheets | undefined> {
  const { source, plan } = await prepare(path);
  return makeStoryboard(source, plan, { tools: await findTools(), log });
}

/** The colour in the middle of each thumbnail of the first sheet, as the letters of what is strong in it. */
async function colours(made: StoryboardSheets | undefined): Promise<string[]> {
  const { columns, rows, thumbnailCount } = made!.storyboard;
  const path = join(clips, 'sheet.jpg');
  await writeFile(path, made!.sheets[0]!);
  const { ffmpegPath } = await findTools();
  const scaled = ['-vf', `scale=${columns * 8}:${rows * 8}:flags=area`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const pixels = execFileSync(ffmpegPath, ['-v', 'error', '-i', path, ...scaled]);
  return Array.from({ length: thumbnailCount }, (_, index) => {
    const [x, y] = [(index % columns) * 8 + 4, Math.floor(index / columns) * 8 + 4];
    return ['r', 'g', 'b'].filter((_letter, channel) => pixels[(y * columns * 8 + x) * 3 + channel]! > 150).join('');
  });
}

describe('the thumbnails of a storyboard', () => {
  test.each([
    ['MP4', 'film.mp4', []],
    ['Matroska', 'film.mkv', []],
    ['MPEG-TS, whose clock begins late', 'film.ts', []],
    ['a film with reordered frames', 'reordered.mp4', ['-bf', '2']],
    ['MPEG-2 of fields', 'fields.mpg', ['-c:v', 'mpeg2video', '-flags', '+ildct+ilme', '-vf', 'setfield=tff']],
  ])('of %s show what is to be seen at their time', async (_, name, args) => {
    const input = name === 'fields.mpg' ? ['-i', await clip('plain.mp4', ...film(LONG_SECONDS))] : film(LONG_SECONDS);
    const made = await storyboard(await clip(name, ...input, ...args));
    expect(await colours(made)).toEqual(['r', 'g', 'b'].flatMap((colour) => Array.from({ length: 11 }, () => colour)));
    expect(made!.storyboard.thumbnail).toEqual({ width: 192, height: 108 });
  });

  test('are those that there are, where keyframes are few', async () => {
    const made = await storyboard(await clip('few.mp4', ...film(LONG_SECONDS), '-g', '1000'));
    expect(new Set(await colours(made))).toEqual(new Set(['r']));
  });

  test('of a long film whose only keyframe is not shown are of every time', async () => {
    const path = await clip('hidden.mp4', '-ss', '1', '-i', await clip('whole.mp4', ...film(LONG_SECONDS), '-g', '1000'), '-c', 'copy');
    expect(new Set(await colours(await storyboard(path)))).toEqual(new Set(['r', 'g', 'b']));
  });

  test('of a short film are of every time, also with one keyframe', async () => {
    expect(await colours(await storyboard(await clip('short.mp4', ...film(6), '-g', '1000')))).toEqual(['r', 'g', 'b']);
  });

  test.skipIf(!hasCorpus).each([
    ['whose only keyframe is not shown', 'ax_sample_edit_list_only_preroll_sync_sample.mp4'],
    ['without marked keyframes', 'fps_kryp2.ts'],
    ['of one frame without a duration', 'wmv_filetype.wmv'],
  ])('of a film %s are there', async (_, name) => {
    expect((await storyboard(corpusFile(name)))!.sheets).toHaveLength(1);
  });

  test('go on to the end of the sound', async () => {
    const path = await clip('long.mkv', '-f', 'lavfi', '-i', 'sine=440:duration=9', ...film(6), '-c:a', 'flac');
    expect((await colours(await storyboard(path))).slice(-2)).toEqual(['b', 'b']);
  });

  test('of a long film are on several sheets', async () => {
    const path = await clip(
      'many.mp4',
      '-f',
      'lavfi',
      '-i',
      'color=red:s=32x18:r=1:d=130',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-g',
      '5',
    );
    const made = (await storyboard(path))!;
    expect([made.storyboard.thumbnailCount, made.sheets.length]).toEqual([65, 2]);
    expect(made.sheets.map((sheet) => Buffer.from(sheet).subarray(0, 2).toString('hex'))).toEqual(['ffd8', 'ffd8']);
  });

  test('of a single frame is that frame', async () => {
    const path = await clip('one.mp4', '-f', 'lavfi', '-i', 'color=blue:s=64x36:r=10:d=0.1', '-c:v', 'libx264');
    expect(await colours(await storyboard(path))).toEqual(['b']);
  });
});

describe('a storyboard', () => {
  test('is not made of sound', async () => {
    expect(await storyboard(await clip('song.flac', '-f', 'lavfi', '-i', 'sine=440:duration=1'))).toBeUndefined();
  });

  test('that is called off leaves no process and no temporary folder', async () => {
    const { source, plan } = await prepare(await clip('off.mp4', ...film(6)));
    const home = await newHome();
    const stop = new AbortController();
    const logged = pino({ level: 'debug' }, { write: (line: string) => line.includes('ffmpeg starts') && stop.abort() });
    const made = makeStoryboard(source, plan, { tools: await findTools(), log: logged, signal: stop.signal });
    await expect(made).rejects.toMatchObject({ code: 'cancelled' });
    expect(await processesNaming(source.path)).toEqual([]);
    expect(await readdir(join(home, 'tmp'))).toEqual([]);
  });
});
