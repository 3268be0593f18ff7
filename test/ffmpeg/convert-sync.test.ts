import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampled } from '../thorough.ts';
import {
  convertAll,
  decodeBrightness,
  decodeSound,
  everySegment,
  type Prepared,
  prepare,
  renditionsOf,
  servedFrames,
  writeRendition,
} from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

const FRAMES_PER_SECOND = 25;
/** Where a flash is seen and a click is heard: at the beginning, in the middle and at the end. */
const MARKS = [0.6, 3, 5.4];
const SECONDS = 6;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-sync-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface SourceOptions {
  file: string;
  /** The sound's own clock is put so much later; its clicks come so much earlier in it. */
  delaySeconds?: number;
  soundSeconds?: number;
  audio: string[];
  mux?: string[];
}

async function makeSource({ file, delaySeconds = 0, soundSeconds = SECONDS, audio, mux = [] }: SourceOptions): Promise<string> {
  const path = join(folder, file);
  const flashes = MARKS.map((mark) => `between(t,${mark - 0.001},${mark + 0.9 / FRAMES_PER_SECOND})`).join('+');
  const clicks = MARKS.map((mark) => `between(t,${mark - delaySeconds},${mark - delaySeconds + 0.001})`).join('+');
  const offset = delaySeconds === 0 ? [] : ['-itsoffset', String(delaySeconds)];
  const picture = join(folder, `${file}.picture.mkv`);
  const sound = join(folder, `${file}.sound.wav`);
  await makeClip(
    ...['-f', 'lavfi', '-i', `color=c=gray:s=256x144:r=${FRAMES_PER_SECOND}:d=${SECONDS}`],
    ...[
      '-vf',
      `drawbox=color=white:t=fill:enable='${flashes}'`,
      '-c:v',
      'libx264',
      '-preset',
      'superfast',
      '-g',
      '40',
      '-bf',
      '2',
      picture,
    ],
  );
  const expression = `0.02*sin(2*PI*440*t)+0.8*(${clicks})`;
  await makeClip('-f', 'lavfi', '-i', `aevalsrc='${expression}|${expression}':s=48000:d=${soundSeconds}`, sound);
  await makeClip('-i', picture, ...offset, '-i', sound, '-map', '0:v', '-map', '1:a', '-c:v', 'copy', ...audio, ...mux, path);
  return path;
}

const AAC = ['-c:a', 'aac', '-b:a', '160k'];

const SOURCES: (SourceOptions & { what: string })[] = [
  { what: 'AAC in MP4, whose edit list hides its priming', file: 'aac.mp4', audio: AAC },
  { what: 'AAC in MP4 that begins late', file: 'late.mp4', delaySeconds: 0.5, audio: AAC },
  { what: 'AAC in MP4 that begins before the picture', file: 'early.mp4', delaySeconds: -0.3, audio: AAC },
  {
    what: 'AAC in a fragmented MP4 that begins late',
    file: 'late-fragmented.mp4',
    delaySeconds: 0.4,
    audio: AAC,
    mux: ['-movflags', 'frag_keyframe+empty_moov+delay_moov'],
  },
  { what: 'AAC in a transport stream that begins late', file: 'late.ts', delaySeconds: 0.5, audio: AAC },
  { what: 'MP2 in a program stream', file: 'mp2.mpg', audio: ['-c:a', 'mp2'], mux: ['-c:v', 'mpeg2video'] },
  { what: 'MP3 in Matroska that begins late', file: 'late-mp3.mkv', delaySeconds: 0.5, audio: ['-c:a', 'libmp3lame'] },
  { what: 'MP3 in AVI', file: 'mp3.avi', audio: ['-c:a', 'libmp3lame'], mux: ['-c:v', 'mpeg4'] },
  {
    what: 'Opus in Matroska with its pre-skip, before the picture',
    file: 'early-opus.mkv',
    delaySeconds: -0.25,
    audio: ['-c:a', 'libopus'],
  },
  { what: 'Opus in MP4', file: 'opus.mp4', audio: ['-c:a', 'libopus'] },
  { what: 'Vorbis in Matroska', file: 'vorbis.mkv', audio: ['-c:a', 'libvorbis'] },
  { what: 'AC-3 in a transport stream on a clock of hours', file: 'ac3.ts', audio: ['-c:a', 'ac3'], mux: ['-output_ts_offset', '9000'] },
  { what: 'FLAC in Matroska that ends early', file: 'short-flac.mkv', soundSeconds: 5.6, audio: ['-c:a', 'flac'] },
  { what: 'PCM in MOV that ends after the picture', file: 'long.mov', soundSeconds: 6.4, audio: ['-c:a', 'pcm_s16le'] },
];

test.each(sampled(SOURCES, 1, 3))(
  '$what stays with its picture at the beginning, in the middle and at the end',
  async ({ what: _, ...options }) => {
    const prepared = await prepare(await makeSource(options));
    const { seen, heard } = await findMarks(prepared, [2]);
    expect(seen).toHaveLength(MARKS.length);
    expect(heard).toHaveLength(MARKS.length);
    seen.forEach((seconds, index) => {
      expect(Math.abs(heard[index]! - seconds), `mark ${index}: seen at ${seconds}, heard at ${heard[index]}`).toBeLessThan(
        0.5 / FRAMES_PER_SECOND,
      );
    });
    const { seen: seenInChunks, heard: heardInChunks } = await findMarks(prepared, everySegment(prepared.plan));
    expect(seenInChunks).toEqual(seen);
    heardInChunks.forEach((seconds, index) => {
      expect(Math.abs(seconds - heard[index]!)).toBeLessThan(0.0002);
    });
  },
);

/** Title times of the flashes' first frames and of the clicks, as they are served; both renditions last as long, to a frame. */
async function findMarks(prepared: Prepared, cuts: number[]): Promise<{ seen: number[]; heard: number[] }> {
  const { plan } = prepared;
  const rung = renditionsOf(plan, 'video').at(-1)!;
  const track = renditionsOf(plan, 'audio')[0]!;
  const committed = await convertAll(prepared, { cuts, renditionIds: [rung.id, track.id] });
  const [picturePath, soundPath] = [join(folder, 'picture.mp4'), join(folder, 'sound.mp4')];
  await writeRendition(plan, committed, rung.id, picturePath);
  await writeRendition(plan, committed, track.id, soundPath);
  const frames = servedFrames(plan, committed, rung.id);
  servedFrames(plan, committed, track.id);
  const brightness = await decodeBrightness(picturePath);
  const isWhite = (index: number): boolean => (brightness[index] ?? 0) > 180;
  const seen = frames.flatMap(({ ticks }, index) => (isWhite(index) && !isWhite(index - 1) ? [ticks / 90_000] : []));
  const samples = await decodeSound(soundPath);
  const heard: number[] = [];
  for (let index = 0; index < samples.length; index += 2) {
    const seconds = index / 2 / track.timescale;
    if (Math.abs(samples[index] as number) > 0.3 && seconds - (heard.at(-1) ?? -1) > 0.1) heard.push(seconds);
  }
  expect(Math.abs(samples.length / 2 / track.timescale - plan.timeline.boundaries.at(-1)! / 90_000)).toBeLessThan(1024 / track.timescale);
  return { seen, heard };
}
