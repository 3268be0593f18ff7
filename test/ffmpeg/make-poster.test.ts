import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePoster } from '../../pipeline/ffmpeg/make-poster.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { corpusFile, hasCorpus } from '../corpus.ts';
import { makeClip } from './make-clip.ts';
import { findTools, silentLog as log, newHome, processesNaming } from './title-home.ts';

let clips: string;

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-clips-'));
});
afterAll(() => rm(clips, { recursive: true }));

const FAST = ['-c:v', 'libx264', '-preset', 'ultrafast'];

async function clip(name: string, ...args: string[]): Promise<string> {
  const path = join(clips, name);
  await makeClip(...args, path);
  return path;
}

async function poster(path: string): Promise<Uint8Array | undefined> {
  const tools = await findTools();
  return makePoster({ path, info: await probeSource(path, { tools, log }) }, { tools, log });
}

/** Width, height and mean colour of a JPEG. */
async function look(jpeg: Uint8Array | undefined) {
  const { ffmpegPath, ffprobePath } = await findTools();
  const path = join(clips, 'poster.jpg');
  await writeFile(path, jpeg!);
  const run = (args: string[]) =>
    execFileSync(ffmpegPath, ['-v', 'error', '-i', path, ...args, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']);
  const probed = execFileSync(ffprobePath, ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', path], {
    encoding: 'utf8',
  });
  const [red, green, blue] = run(['-vf', 'scale=1:1']);
  return { size: probed.trim(), colour: [red! > 128, green! > 100, blue! > 128] };
}

describe('a poster', () => {
  test('shows the film past its black start', async () => {
    const filter = 'color=black:s=160x90:r=10:d=1[a];color=red:s=160x90:r=10:d=19[b];[a][b]concat';
    const path = await clip('fade.mp4', '-filter_complex', filter, ...FAST, '-g', '10');
    expect(await look(await poster(path))).toEqual({ size: '640,360', colour: [true, false, false] });
  });

  test('shows MPEG-TS where it would show the same film in MP4', async () => {
    const filter = 'color=red:s=160x90:r=10:d=30[a];color=blue:s=160x90:r=10:d=170[b];[a][b]concat';
    const mp4 = await clip('two.mp4', '-filter_complex', filter, ...FAST, '-g', '20');
    expect((await look(await poster(mp4))).colour).toEqual([true, false, false]);
    const ts = await clip('two.ts', '-i', mp4, '-c', 'copy');
    expect((await look(await poster(ts))).colour).toEqual([true, false, false]);
  });

  test.each([
    ['a long film', 'long.mp4', 60],
    ['a film without an index', 'long.h264', 60],
    ['a short film', 'short.mp4', 8],
  ])('of %s is its liveliest frame, where most of it is dark or even', async (_, name, seconds) => {
    const [dark, lively] = [0.6 * seconds, 0.2 * seconds];
    const parts = [
      `color=0x101010:s=160x90:r=10:d=${dark / 2}[a]`,
      `color=gray:s=160x90:r=10:d=${dark / 2}[b]`,
      `testsrc2=s=160x90:r=10:d=${lively},lutyuv=y=120+val/4:u=90:v=200[c]`,
      `color=0x202020:s=160x90:r=10:d=${lively}[d]`,
    ];
    const order = name === 'long.mp4' ? '[a][c][b][d]' : '[c][a][b][d]';
    const path = await clip(name, '-filter_complex', `${parts.join(';')};${order}concat=n=4`, ...FAST, '-g', '20', '-bf', '0');
    expect((await look(await poster(path))).colour[0]).toBe(true);
  });

  test('of a film that has one keyframe, a black one, is a later frame', async () => {
    const filter = 'color=black:s=160x90:r=10:d=3[a];testsrc2=s=160x90:r=10:d=27,lutyuv=y=120+val/4:u=90:v=200[b];[a][b]concat';
    const path = await clip('rare.mp4', '-filter_complex', filter, ...FAST, '-g', '1000', '-sc_threshold', '0');
    expect((await look(await poster(path))).colour[0]).toBe(true);
  });

  test('of HDR is as bright as its rungs: a grey of 80 cd/m², coded below the middle, is above it', async () => {
    const hdr = ['-color_primaries', 'bt2020', '-color_trc', 'smpte2084', '-colorspace', 'bt2020nc', '-pix_fmt', 'yuv420p10le'];
    const path = await clip('hdr.mp4', '-f', 'lavfi', '-i', 'color=0x7a7a7a:s=160x90:r=10:d=1', ...FAST, ...hdr);
    expect((await look(await poster(path))).colour).toEqual([true, true, true]);
  });

  test.skipIf(!hasCorpus)("of a phone's upright HDR film is upright", async () => {
    expect((await look(await poster(corpusFile('dv_p8_iphone_720p_rot90.mov')))).size).toBe('640,1138');
  });

  test('of an upright film is upright, and of one with wide pixels as wide as it is shown', async () => {
    const upright = await clip('upright.mp4', '-f', 'lavfi', '-i', 'testsrc2=s=90x160:r=10:d=2', ...FAST);
    expect((await look(await poster(upright))).size).toBe('640,1138');
    const wide = await clip('wide.mp4', '-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=10:d=2', '-vf', 'setsar=2/1', ...FAST);
    expect((await look(await poster(wide))).size).toBe('640,180');
  });

  test('of a single frame is that frame', async () => {
    const path = await clip('one.mp4', '-f', 'lavfi', '-i', 'color=blue:s=160x90:r=10:d=0.1', ...FAST);
    expect((await look(await poster(path))).colour).toEqual([false, false, true]);
  });

  test('is not made of sound', async () => {
    expect(await poster(await clip('song.flac', '-f', 'lavfi', '-i', 'sine=440:duration=1'))).toBeUndefined();
  });

  test('that is called off leaves no process and no temporary folder', async () => {
    const path = await clip('film.mp4', '-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=10:d=20', ...FAST);
    const home = await newHome();
    const stop = new AbortController();
    const logged = pino({ level: 'debug' }, { write: (line: string) => line.includes('ffmpeg starts') && stop.abort() });
    const tools = await findTools();
    const info = await probeSource(path, { tools, log });
    const made = makePoster({ path, info }, { tools, log: logged, signal: stop.signal });
    await expect(made).rejects.toMatchObject({ code: 'cancelled' });
    expect(await processesNaming(path)).toEqual([]);
    expect(await readdir(join(home, 'tmp'))).toEqual([]);
  });
});
