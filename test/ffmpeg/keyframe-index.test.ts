import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scanPackets } from '../../pipeline/ffmpeg/packet-index.ts';
import { readSeekIndex } from '../../pipeline/seek-indexes.ts';
import { sampled } from '../thorough.ts';
import { convertAll, everySegment, log, prepare, renditionsOf, servedFrames, testTools } from './convert-harness.ts';
import { filteredFrameTicks, makeClip } from './make-clip.ts';

const SECONDS = 20;
const H264 = ['-c:v', 'libx264', '-preset', 'superfast', '-pix_fmt', 'yuv420p', '-bf', '3'];
const OPEN_GOP = [...H264, '-g', '77', '-x264-params', 'open-gop=1'];
const HEVC = 'log-level=none:keyint=97:min-keyint=97:scenecut=0:bframes=4:b-adapt=0:open-gop=1';
const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-tag:v', 'hvc1', '-x265-params', HEVC];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-keyframes-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const SOURCES: { what: string; file: string; codecs: string[]; remux?: { before?: string[]; after?: string[] } }[] = [
  { what: 'closed GOPs', file: 'closed.mp4', codecs: [...H264, '-g', '77'] },
  { what: 'open GOPs', file: 'open.mp4', codecs: OPEN_GOP },
  { what: 'HEVC in open GOPs', file: 'hevc.mp4', codecs: X265 },
  { what: 'keyframes closer than the reordering', file: 'short.mp4', codecs: [...H264, '-g', '3'] },
  { what: 'keyframes only', file: 'intra.mov', codecs: [...H264, '-g', '1'] },
  {
    what: 'negative composition offsets',
    file: 'negative.mp4',
    codecs: OPEN_GOP,
    remux: { after: ['-movflags', '+negative_cts_offsets'] },
  },
  { what: 'no edit list', file: 'no-edit.mp4', codecs: OPEN_GOP, remux: { after: ['-use_editlist', '0'] } },
  { what: 'an edit list that starts within a GOP', file: 'cut.mp4', codecs: OPEN_GOP, remux: { before: ['-ss', '4.3'] } },
  { what: 'a first frame at 30,000 s', file: 'far.mp4', codecs: OPEN_GOP, remux: { after: ['-output_ts_offset', '30000'] } },
  { what: 'FLV', file: 'film.flv', codecs: [...H264, '-g', '77'] },
];

describe.each(sampled(SOURCES, 1, 3))('$what', ({ file, codecs, remux }) => {
  let path: string;

  beforeAll(async () => {
    path = join(folder, file);
    const encoded = remux ? `${path}.mp4` : path;
    await makeClip('-f', 'lavfi', '-i', `testsrc2=s=256x144:r=24000/1001:d=${SECONDS}`, ...codecs, encoded);
    if (remux) await makeClip(...(remux.before ?? []), '-i', encoded, '-c', 'copy', ...(remux.after ?? []), path);
  });

  test('by the index, a seek never enters after the keyframe a place needs, and before it by one at most', async () => {
    const tools = await testTools();
    const { source } = await prepare(path);
    const seekBefore = await readSeekIndex(path, source.info, { tools, log });
    const { keyframeTicks } = await scanPackets(path, { tools, log, stream: source.info.video! });
    const chosen = [...keyframeTicks.keys()].filter((keyframe) => keyframe > 0 && (keyframeTicks.length < 20 || keyframe % 40 === 0));
    expect(chosen.length).toBeGreaterThan(2);
    for (const keyframe of chosen) {
      const justBeforeNext = (keyframeTicks[keyframe + 1] ?? keyframeTicks[keyframe]! + 100) - 1;
      for (const ticks of [keyframeTicks[keyframe]!, justBeforeNext]) {
        const seek = seekBefore?.(ticks);
        if (seek === undefined) throw new Error(`No keyframe before ${ticks}`);
        const landing = await entryTicks(path, seek);
        const landed = keyframeTicks.findIndex((pts) => Math.abs(pts - landing) <= 1);
        expect([keyframe, keyframe - 1]).toContain(landed);
        if (file === 'closed.mp4' || file === 'intra.mov' || file === 'hevc.mp4') expect(landed).toBe(keyframe);
      }
    }
  });

  test('every frame is served once, at its own time, from a chunk of every segment', async () => {
    const [prepared, frames] = await Promise.all([prepare(path), filteredFrameTicks(path)]);
    const keyframeBefore = await readSeekIndex(path, prepared.source.info, { tools: await testTools(), log });
    expect(keyframeBefore).toBeDefined();
    const committed = await convertAll(prepared, { cuts: everySegment(prepared.plan), keyframeBefore });
    const expected = frames.map((ticks) => ticks - prepared.plan.originTicks);
    const [rung] = renditionsOf(prepared.plan, 'video');
    expect(servedFrames(prepared.plan, committed, rung!.id).map(({ ticks }) => ticks)).toEqual(expected);
  });
});

test('fragmented MP4, whose samples its header does not tell of, has no index', async () => {
  const path = join(folder, 'fragmented.mp4');
  const options = [...H264, '-g', '77', '-movflags', '+frag_keyframe+empty_moov'];
  await makeClip('-f', 'lavfi', '-i', 'testsrc2=s=256x144:r=24:d=6', ...options, path);
  const { source } = await prepare(path);
  expect(await readSeekIndex(path, source.info, { tools: await testTools(), log })).toBeUndefined();
});

/** Where ffmpeg enters when it is told to seek there: the PTS of the first packet, 90 kHz. */
async function entryTicks(path: string, seekTicks: number): Promise<number> {
  const { ffmpegPath } = await testTools();
  const seek = ['-seek_timestamp', '1', '-noaccurate_seek', '-ss', (seekTicks / 90_000).toFixed(6)];
  const { stdout } = await promisify(execFile)(ffmpegPath, [
    ...['-v', 'error', '-nostdin', '-copyts', ...seek, '-i', path],
    ...['-map', '0:v:0', '-c', 'copy', '-copytb', '1', '-frames:v', '1', '-f', 'framecrc', '-'],
  ]);
  const [, num, den] = /^#tb 0: (\d+)\/(\d+)$/m.exec(stdout)!;
  const [, pts] = /^0, *-?\d+, *(-?\d+)/m.exec(stdout)!;
  return Math.round((Number(pts) * 90_000 * Number(num)) / Number(den));
}
