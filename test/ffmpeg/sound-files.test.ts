import { execFile } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { planTitle } from '../../pipeline/model/plan-title.ts';
import { MP3 } from '../../pipeline/model/progressive/mp3.ts';
import { OGG_OPUS } from '../../pipeline/model/progressive/ogg-opus.ts';
import type { SoundCoding } from '../../pipeline/model/progressive/sound-file.ts';
import type { TitleRecord } from '../../pipeline/model/title.ts';
import { createSoundFiles } from '../../pipeline/progressive/sound-files.ts';
import { makeClip } from './make-clip.ts';
import { findTools, newHome, SMALL_PLAN, silentLog } from './title-home.ts';

const execute = promisify(execFile);
const RATE = 48_000;
const SECONDS = 23;

/** A sine of 441 Hz at another rate than files have, in one title; what a file of it decodes to, sample by sample of the left ear. */
async function makeFile(coding: SoundCoding, extension: string) {
  const home = await newHome();
  const path = `originals/tone/tone.flac`;
  await mkdir(join(home, 'originals/tone'));
  await makeClip('-f', 'lavfi', '-i', `sine=441:sample_rate=44100:duration=${SECONDS}`, '-ac', '2', join(home, path));
  const tools = await findTools();
  const sourceInfo = await probeSource(join(home, path), { tools, log: silentLog });
  const { encoderFingerprint } = tools;
  const plan = planTitle({ titleId: 'tone', revision: 0, info: sourceInfo, settings: SMALL_PLAN, encoderFingerprint });
  const { size: sizeBytes } = await stat(join(home, path));
  const source = { path, originalName: 'tone.flac', sizeBytes, identity: 'tone' };
  const title: TitleRecord = { version: 1, id: 'tone', name: 'tone', kind: 'file', createdAtMs: 0, source, sourceInfo, report: [] };
  const rendition = plan.renditions.find(({ kind }) => kind === 'audio');
  if (rendition?.kind !== 'audio') throw new Error('There is no sound');
  const open = async () => {
    const files = createSoundFiles({ mediaDir: home, tools, log: silentLog });
    onTestFinished(files.close);
    return files.open(title, plan, rendition, coding);
  };
  const read = async (range?: { start: number; end: number }): Promise<Buffer> => {
    const file = await open();
    const pieces: Uint8Array[] = [];
    for await (const bytes of file.read(range ?? { start: 0, end: file.sizeBytes - 1 })) pieces.push(bytes);
    return Buffer.concat(pieces);
  };
  const decode = async (bytes: Buffer): Promise<Int16Array> => {
    const out = join(home, `tone.${extension}`);
    await writeFile(out, bytes);
    const args = ['-v', 'error', '-xerror', '-i', out, '-af', 'pan=mono|c0=c0', '-f', 's16le', '-'];
    const { stdout } = await execute('ffmpeg', args, { encoding: 'buffer', maxBuffer: 1 << 28 });
    return new Int16Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
  };
  return { open, read, decode };
}

test.each([
  ['mp3', MP3],
  ['opus', OGG_OPUS],
] as const)('a whole %s is as long as the source to the sample, and nothing is heard where pieces join', async (extension, coding) => {
  const { open, read, decode } = await makeFile(coding, extension);
  const bytes = await read();
  expect(bytes.length).toBe((await open()).sizeBytes);
  // Made again, and a range of it alone: the same.
  expect((await read()).equals(bytes)).toBe(true);
  const [start, end] = [bytes.length - 5000, bytes.length - 1000];
  expect((await read({ start, end: end - 1 })).equals(bytes.subarray(start, end))).toBe(true);

  const samples = await decode(bytes);
  expect(samples.length).toBe(SECONDS * RATE);
  const seam = coding.framesPerPiece * coding.frameSamples;
  for (const place of [seam - 2000, seam - 500, seam, seam + 500, 5 * RATE]) expect(noiseOfTone(samples, place)).toBeLessThan(0.03);
});

/** Of 2,000 samples, what is left of a tone of 441 Hz when that tone is taken away, as a share of it. */
function noiseOfTone(samples: Int16Array, start: number): number {
  const length = 2000;
  const step = (2 * Math.PI * 441) / RATE;
  let [sin, cos, sinSin, cosCos, sinCos] = [0, 0, 0, 0, 0];
  for (let index = 0; index < length; index++) {
    const phase = (start + index) * step;
    const [s, c, value] = [Math.sin(phase), Math.cos(phase), samples[start + index] ?? 0];
    sin += value * s;
    cos += value * c;
    sinSin += s * s;
    cosCos += c * c;
    sinCos += s * c;
  }
  const determinant = sinSin * cosCos - sinCos * sinCos;
  const [a, b] = [(sin * cosCos - cos * sinCos) / determinant, (cos * sinSin - sin * sinCos) / determinant];
  let [error, power] = [0, 0];
  for (let index = 0; index < length; index++) {
    const phase = (start + index) * step;
    const tone = a * Math.sin(phase) + b * Math.cos(phase);
    error += ((samples[start + index] ?? 0) - tone) ** 2;
    power += tone ** 2;
  }
  return Math.sqrt(error / power);
}
