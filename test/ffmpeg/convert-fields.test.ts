import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chunkCommand } from '../../pipeline/ffmpeg/chunk-command.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { planTitle } from '../../pipeline/model/plan-title.ts';
import type { SourceInfo } from '../../pipeline/model/source-info.ts';
import { DEFAULT_TIMELINE } from '../../pipeline/model/timeline/boundaries.ts';
import { divide, everySegment, ffmpegOutput, log, type Prepared, renditionsOf, testTools } from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-fields-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const SIZE = { width: 160, height: 480 };
/** Movement that fields tear apart, with the top field first. */
const MOVEMENT = ['-f', 'lavfi', '-i', `testsrc2=s=${SIZE.width}x${SIZE.height}:r=50:d=4`, '-vf', 'tinterlace=interleave_top,setfield=tff'];
const MARKED = ['-flags', '+ildct+ilme', '-x264-params', 'tff=1'];
const GOP_OF_A_SECOND = ['-c:v', 'libx264', '-preset', 'superfast', '-g', '25', '-keyint_min', '25', '-sc_threshold', '0', '-bf', '0'];

/** Planned at its own size, so that lines stay lines. */
async function prepareAtFullSize(path: string, change: (info: SourceInfo) => SourceInfo = (info) => info): Promise<Prepared> {
  const tools = await testTools();
  const info = change(await probeSource(path, { tools, log }));
  const ladder = { rungs: [480], preset: 'superfast' as const, crf: 30 };
  const settings = { ladder, timeline: DEFAULT_TIMELINE };
  const plan = planTitle({ titleId: 'clip', revision: 0, info, settings, encoderFingerprint: tools.encoderFingerprint });
  return { source: { path, info }, plan };
}

/** What the encoder is given for chunks that start at `cuts`: brightness, frame after frame. */
async function picturesBeforeEncoding({ source, plan }: Prepared, cuts: readonly number[]): Promise<Uint8Array> {
  const [rung] = renditionsOf(plan, 'video');
  const chunks = divide(plan, cuts, [rung!.id]).map(async (chunk) => {
    const { inputs, filters } = chunkCommand({ source, plan, chunk, outputUrls: { [rung!.id]: 'unused' } });
    const opened = inputs.flatMap(({ url, options }) => [...options, '-i', url]);
    const output = ['-map', '[v0]', '-fps_mode', 'passthrough', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
    return ffmpegOutput('-copyts', ...opened, '-filter_complex', filters.join(';'), ...output);
  });
  return Buffer.concat(await Promise.all(chunks));
}

/** How much lines differ from those above and below, where these agree: high for combed frames. */
function combing(frames: Uint8Array): number {
  const { width, height } = SIZE;
  let sum = 0;
  for (let start = 0; start < frames.length; start += width * height) {
    for (let at = start + width; at < start + width * (height - 1); at++) {
      const [above, here, below] = [frames[at - width]!, frames[at]!, frames[at + width]!];
      sum += Math.max(0, Math.abs(2 * here - above - below) - 2 * Math.abs(above - below));
    }
  }
  return sum / frames.length;
}

test('an interlaced picture comes out whole, the same whether a chunk begins at a keyframe or anywhere', async () => {
  const path = join(folder, 'marked.mkv');
  await makeClip(...MOVEMENT, ...GOP_OF_A_SECOND, ...MARKED, path);
  const prepared = await prepareAtFullSize(path);
  expect(prepared.source.info.video).not.toHaveProperty('areFieldsUnmarked');
  const fields = await prepareAtFullSize(path, (info) => ({ ...info, video: { ...info.video!, fieldOrder: 'progressive' } }));
  const [whole, divided, torn] = await Promise.all([
    picturesBeforeEncoding(prepared, []),
    picturesBeforeEncoding(prepared, everySegment(prepared.plan)),
    picturesBeforeEncoding(fields, []),
  ]);
  expect(whole).toHaveLength(100 * SIZE.width * SIZE.height);
  expect(Buffer.compare(whole, divided)).toBe(0);
  expect(combing(whole)).toBeLessThan(combing(torn) / 4);
});

test('so does one whose frames do not say that they are interlaced', async () => {
  const path = join(folder, 'unmarked.mp4');
  await makeClip(...MOVEMENT, ...GOP_OF_A_SECOND, path);
  const prepared = await prepareAtFullSize(path);
  expect(prepared.source.info.video).toMatchObject({ fieldOrder: 'tt', areFieldsUnmarked: true });
  const blind = await prepareAtFullSize(path, (info) => ({ ...info, video: { ...info.video!, fieldOrder: 'progressive' } }));
  const [whole, torn] = await Promise.all([picturesBeforeEncoding(prepared, []), picturesBeforeEncoding(blind, [])]);
  expect(combing(whole)).toBeLessThan(combing(torn) / 4);
});

test('a film that television stretched to its rate, and one of whole frames, stay as they are', async () => {
  const rate = '24000/1001';
  const telecine = join(folder, 'telecine.mp4');
  const film = join(folder, 'film.mp4');
  const source = ['-f', 'lavfi', '-i', `testsrc2=s=${SIZE.width}x${SIZE.height}:r=${rate}:d=3`];
  await makeClip(...source, '-vf', 'telecine=pattern=23', ...GOP_OF_A_SECOND, telecine);
  await makeClip('-f', 'lavfi', '-i', `testsrc2=s=${SIZE.width}x${SIZE.height}:r=30:d=3`, ...GOP_OF_A_SECOND, film);
  for (const path of [telecine, film]) {
    expect((await prepareAtFullSize(path)).source.info.video).toMatchObject({ fieldOrder: 'progressive' });
  }
});
