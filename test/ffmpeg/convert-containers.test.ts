import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampled } from '../thorough.ts';
import { convertAll, everySegment, prepare, renditionsOf, servedFrames } from './convert-harness.ts';
import { filteredFrameTicks, makeClip } from './make-clip.ts';

const H264 = ['-c:v', 'libx264', '-preset', 'superfast', '-pix_fmt', 'yuv420p', '-g', '77', '-bf', '3'];
const X265 = [
  '-c:v',
  'libx265',
  '-preset',
  'ultrafast',
  '-tag:v',
  'hvc1',
  '-x265-params',
  'log-level=none:keyint=97:min-keyint=97:scenecut=0:bframes=4:b-adapt=0:open-gop=1',
];

const FIELDS = ['-vf', 'tinterlace=interleave_top,setfield=tff', '-flags', '+ildct+ilme'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-containers-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Long enough that containers whose seeking is not trusted are entered ten seconds early. */
const SOURCES: { what: string; file: string; rate?: string; codecs: string[] }[] = [
  { what: 'FLV', file: 'film.flv', codecs: H264 },
  { what: 'AVI', file: 'film.avi', codecs: ['-c:v', 'mpeg4', '-bf', '2', '-g', '77'] },
  { what: 'an MPEG program stream', file: 'film.mpg', codecs: ['-c:v', 'mpeg2video', '-bf', '2', '-g', '15'] },
  { what: 'WebM', file: 'film.webm', codecs: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '77'] },
  { what: 'MP4 with open GOPs', file: 'open.mp4', codecs: [...H264, '-x264-params', 'open-gop=1'] },
  // A keyframe one frame after each boundary: the frames shown before it need the GOP before it.
  { what: 'MP4 with frames that lead a keyframe', file: 'leading.mp4', rate: '24', codecs: X265 },
  { what: 'a transport stream with open GOPs', file: 'open.ts', codecs: [...H264, '-x264-params', 'open-gop=1'] },
  { what: 'MPEG-2 in fields', file: 'fields.ts', rate: '50', codecs: [...FIELDS, '-c:v', 'mpeg2video', '-bf', '2', '-g', '12'] },
  { what: 'H.264 in fields', file: 'fields.mp4', rate: '50', codecs: [...H264, ...FIELDS, '-x264-params', 'tff=1'] },
];

test.each(sampled(SOURCES, 2, 3))(
  'from $what every frame is served once, at its own time, from a chunk of every segment',
  async ({ file, rate = '30000/1001', codecs }) => {
    const path = join(folder, file);
    await makeClip('-f', 'lavfi', '-i', `testsrc2=s=256x144:r=${rate}:d=16`, ...codecs, path);
    const [prepared, frames] = await Promise.all([prepare(path), filteredFrameTicks(path)]);
    const committed = await convertAll(prepared, { cuts: everySegment(prepared.plan) });
    const expected = frames.map((ticks) => ticks - prepared.plan.originTicks);
    for (const rung of renditionsOf(prepared.plan, 'video')) {
      expect(servedFrames(prepared.plan, committed, rung.id).map(({ ticks }) => ticks)).toEqual(expected);
    }
  },
);

test('of 120 frames a second every second one is served, the same in any division', async () => {
  const path = join(folder, 'fast.mp4');
  await makeClip('-f', 'lavfi', '-i', 'testsrc2=s=256x144:r=120:d=6', ...H264, path);
  const [prepared, frames] = await Promise.all([prepare(path), filteredFrameTicks(path)]);
  const expected = frames.filter((_, index) => index % 2 === 0).map((ticks) => ticks - prepared.plan.originTicks);
  for (const cuts of [[], everySegment(prepared.plan)]) {
    const committed = await convertAll(prepared, { cuts });
    for (const rung of renditionsOf(prepared.plan, 'video')) {
      expect(servedFrames(prepared.plan, committed, rung.id).map(({ ticks }) => ticks)).toEqual(expected);
    }
  }
});
