import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { convertFile } from '../../pipeline/convert-file.ts';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import type { HdrLight } from '../../pipeline/model/source-info.ts';
import { keyframeTicks } from '../../pipeline/model/timeline/boundaries.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import { sampled } from '../thorough.ts';
import {
  convertAll,
  decodeBrightness,
  everySegment,
  ffmpegOutput,
  log,
  peakIndex,
  prepare,
  servedFrames,
  testTools,
  writeRendition,
} from './convert-harness.ts';
import { decodedFrameTicks, makeClip } from './make-clip.ts';

const FLASH_AT_SECONDS = 4.7;

let folder: string;
let film: string;
let hdr: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-codecs-'));
  [film, hdr] = [join(folder, 'film.mp4'), join(folder, 'hdr.mp4')];
  const flash = `drawbox=color=white:t=fill:enable='between(t,${FLASH_AT_SECONDS},${FLASH_AT_SECONDS}+0.03)'`;
  await makeClip(
    ...['-f', 'lavfi', '-i', `testsrc2=s=256x144:r=30000/1001:d=7.1,eq=brightness=-0.3,${flash}`],
    ...['-f', 'lavfi', '-i', 'sine=d=7.1', '-c:v', 'libx264', '-preset', 'superfast', '-g', '77', '-bf', '3'],
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-c:a', 'aac', film],
  );
  const tags = ['-colorspace', 'bt2020nc', '-color_primaries', 'bt2020', '-color_trc', 'smpte2084'];
  // Eight greys from darkness to 1,000 cd/m² and beyond, with a tinge of red.
  const greys = "color=black:s=256x144:r=25:d=3,format=yuv420p10,geq=lum='100+100*floor(X/32)':cb=500:cr=530";
  await makeClip(
    ...['-f', 'lavfi', '-i', greys, '-f', 'lavfi', '-i', 'sine=d=3'],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-crf', '6', ...tags, '-c:a', 'aac', hdr],
  );
});

afterAll(() => rm(folder, { recursive: true }));

describe.each(sampled(['hevc', 'av1'] as const, 0))('%s', (codec) => {
  test('the source’s frames to the tick, with one init segment and no keyframe but the planned ones, in three divisions', async () => {
    const [prepared, frames] = await Promise.all([prepare(film, { furtherCodecs: [codec] }), decodedFrameTicks(film)]);
    const { plan } = prepared;
    const id = `v144-${codec}`;
    const shown = frames.map((ticks) => ticks - plan.originTicks);
    const planned = keyframeTicks(plan.timeline, 0, plan.timeline.boundaries.at(-1)!);
    const keyframes = planned.flatMap((keyframe) => shown.find((ticks) => ticks >= keyframe) ?? []);
    const inits: Uint8Array[] = [];
    for (const cuts of [[], everySegment(plan), [2]]) {
      const committed = await convertAll(prepared, { cuts, renditionIds: [id] });
      const served = servedFrames(plan, committed, id);
      expect(served.map(({ ticks }) => ticks)).toEqual(shown);
      expect(served.filter(({ isSync }) => isSync).map(({ ticks }) => ticks)).toEqual(keyframes);
      inits.push(committed.get(`${id}/init`)!);
      const path = join(folder, `${id}-${cuts.length}.mp4`);
      await writeRendition(plan, committed, id, path);
      const [seen, meant] = await Promise.all([decodeBrightness(path), decodeBrightness(film)]);
      expect(seen).toHaveLength(frames.length);
      expect(peakIndex(seen)).toBe(peakIndex(meant));
      expect(Math.max(...seen.map((level, index) => Math.abs(level - meant[index]!)))).toBeLessThanOrEqual(6);
    }
    expect(inits[1]).toEqual(inits[0]);
    expect(inits[2]).toEqual(inits[0]);
  });
});

test('AV1 says the planned level, whatever libaom says, and every frame of it decodes', async () => {
  const { source, plan } = await prepare(film, { furtherCodecs: ['av1'] });
  const renditions = plan.renditions.map((rendition) =>
    rendition.id === 'v144-av1' ? { ...rendition, level: 9, codecs: 'av01.0.09M.08' } : rendition,
  );
  const committed = await convertAll({ source, plan: { ...plan, renditions } }, { renditionIds: ['v144-av1'] });
  const path = join(folder, 'level.mp4');
  await writeRendition(plan, committed, 'v144-av1', path);
  expect(await decodeBrightness(path)).toHaveLength(servedFrames(plan, committed, 'v144-av1').length);
});

test('where the picture ends before the sound, it stands still in every codec, and what was made in pieces fits together', async () => {
  const path = join(folder, 'short-picture.mp4');
  const video = ['-f', 'lavfi', '-i', 'testsrc2=s=256x144:r=25:d=2.5', '-c:v', 'libx264', '-preset', 'superfast'];
  await makeClip('-f', 'lavfi', '-i', 'sine=d=7', ...video, '-c:a', 'aac', path);
  const prepared = await prepare(path, { furtherCodecs: ['hevc', 'av1'] });
  const { plan } = prepared;
  const renditionIds = ['v144', 'v144-hevc', 'v144-av1'];
  for (const cuts of [[], everySegment(plan)]) {
    const committed = await convertAll(prepared, { cuts, renditionIds });
    const [h264, ...further] = renditionIds.map((id) => servedFrames(plan, committed, id));
    expect(h264!.at(-1)!.ticks).toBeGreaterThanOrEqual(6 * 90_000);
    for (const served of further) expect(served).toEqual(h264);
  }
});

/** A display of P3 with 1,000 cd/m², and what is shown on it. */
const LIGHT: HdrLight = {
  mastering: {
    ...{ red: [34_000, 16_000], green: [13_250, 34_500], blue: [7_500, 3_000], white: [15_635, 16_450] },
    ...{ maxLuminance: 10_000_000, minLuminance: 50 },
  },
  content: { maxCll: 1100, maxFall: 180 },
};

test('HEVC keeps what HDR10 is: 10 bits, its light and its metadata', async () => {
  const prepared = await prepare(hdr, { furtherCodecs: ['hevc'], video: { hdrLight: LIGHT } });
  const committed = await convertAll(prepared, { renditionIds: ['v144-hevc'] });
  const path = join(folder, 'kept.mp4');
  await writeRendition(prepared.plan, committed, 'v144-hevc', path);
  const { video } = await probeSource(path, { tools: await testTools(), log });
  expect(video).toMatchObject({
    ...{ codec: 'hevc', profile: 'Main 10', pixelFormat: 'yuv420p10le', hdrLight: LIGHT, peakNits: 1100 },
    ...{ colorTransfer: 'smpte2084', colorPrimaries: 'bt2020', colorSpace: 'bt2020nc', colorRange: 'tv' },
  });
  const [seen, meant] = await Promise.all([decodeDeepLuma(path), decodeDeepLuma(hdr)]);
  const centres = Array.from({ length: 8 }, (_, patch) => 256 * 72 + 32 * patch + 16);
  expect(Math.max(...centres.map((at) => Math.abs(seen[at]! - meant[at]!)))).toBeLessThanOrEqual(6);
});

/** The first frame's luma, 0 to 1023. */
async function decodeDeepLuma(path: string): Promise<Uint16Array> {
  const bytes = await ffmpegOutput('-i', path, '-frames:v', '1', '-pix_fmt', 'yuv420p10le', '-f', 'rawvideo', '-');
  return new Uint16Array(Uint8Array.from(bytes).buffer, 0, 256 * 144);
}

test('a finished title of all three codecs, and of high dynamic range, breaks no rule', async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'millrace-codecs-out-'));
  onTestFinished(() => rm(outDir, { recursive: true }));
  const { plan } = await convertFile({
    ...{ input: hdr, outDir, tools: await testTools(), log },
    openStore: (root) => createFsSegmentStore({ root }),
    plan: {
      ladder: { rungs: [144, 120], preset: 'superfast', crf: 30, furtherCodecs: ['hevc', 'av1'] },
      timeline: { segmentSeconds: 2, rampSeconds: [], keyframeSeconds: 2 },
    },
  });
  expect(plan.renditions.map(({ id }) => id)).toEqual(['v144', 'v120', 'v144-hevc', 'v120-hevc', 'v144-av1', 'v120-av1', 'a1', 'i144']);
  const report = await runVerify({ target: outDir, log });
  expect(report.violations.filter(({ severity }) => severity === 'must')).toEqual([]);
  expect(report.conforms).toBe(true);
});

test('the fingerprint names the encoders that are asked for, the same each time', async () => {
  const [plain, all, again] = await Promise.all([
    testTools(),
    locateFfmpeg({ furtherCodecs: ['hevc', 'av1'], log }),
    locateFfmpeg({ furtherCodecs: ['hevc', 'av1'], log }),
  ]);
  expect(all.encoderFingerprint).toMatch(new RegExp(`^${plain.encoderFingerprint} libx265 [0-9a-f]{8} libaom-av1 [0-9a-f]{8}$`));
  expect(again.encoderFingerprint).toBe(all.encoderFingerprint);
});
