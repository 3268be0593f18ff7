import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertAll, everySegment, prepare, renditionsOf, servedFrames } from './convert-harness.ts';
import { colorDistance, decodeTopRung, pixelAt } from './decode-pictures.ts';
import { decodedFrameTicks, makeClip } from './make-clip.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-changes-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Stretch {
  size: string;
  rate?: string;
  pixelFormat?: string;
  filters?: string;
  codec?: string[];
}

const H264 = ['-c:v', 'libx264', '-preset', 'superfast', '-g', '25', '-bf', '0'];
const FIELDS = 'tinterlace=interleave_top,setfield=tff';
const MARKED = ['-flags', '+ildct+ilme', '-x264-params', 'tff=1'];
const STRETCH_SECONDS = 3;

/** A broadcast of stretches that differ, as a transport stream has them: one after the other, on one clock. */
async function broadcast(name: string, stretches: readonly Stretch[]): Promise<string> {
  const parts = stretches.map(async ({ size, rate = '25', pixelFormat = 'yuv420p', filters = 'null', codec = H264 }, index) => {
    const part = join(folder, `${name}.${index}.ts`);
    const source = `color=0x2040c0:s=${size}:r=${rate}:d=${STRETCH_SECONDS},${filters},format=${pixelFormat}`;
    await makeClip('-f', 'lavfi', '-i', source, ...codec, '-output_ts_offset', String(index * STRETCH_SECONDS), '-muxdelay', '0', part);
    return readFile(part);
  });
  const path = join(folder, name);
  await writeFile(path, Buffer.concat(await Promise.all(parts)));
  return path;
}

test.each<{ what: string; file: string; stretches: Stretch[] }>([
  { what: 'size', file: 'size.ts', stretches: [{ size: '256x144' }, { size: '320x240' }, { size: '130x74' }] },
  { what: 'rate', file: 'rate.ts', stretches: [{ size: '256x144' }, { size: '256x144', rate: '50' }, { size: '256x144', rate: '12' }] },
  {
    what: 'pixel format and depth',
    file: 'format.ts',
    stretches: [{ size: '256x144' }, { size: '256x144', pixelFormat: 'yuv444p' }, { size: '256x144', pixelFormat: 'yuv420p10le' }],
  },
  {
    what: 'stated colours',
    file: 'colors.ts',
    stretches: [
      { size: '256x144', filters: 'scale=out_color_matrix=smpte170m,format=yuv420p' },
      {
        size: '256x144',
        filters: 'scale=out_color_matrix=smpte170m,format=yuv420p,setparams=color_primaries=smpte170m:color_trc=smpte170m',
      },
    ],
  },
  {
    what: 'codec parameters',
    file: 'codec.ts',
    stretches: [{ size: '256x144' }, { size: '256x144', codec: [...H264, '-profile:v', 'baseline', '-refs', '1'] }],
  },
  {
    what: 'size, interlaced,',
    file: 'fields.ts',
    stretches: [
      { size: '256x144', rate: '50', filters: FIELDS, codec: [...H264, ...MARKED] },
      { size: '320x240', rate: '50', filters: FIELDS, codec: [...H264, ...MARKED] },
    ],
  },
])('a source whose $what changes is served whole in the planned size, from chunks of any division', async ({ file, stretches }) => {
  const path = await broadcast(file, stretches);
  const [prepared, frames] = await Promise.all([prepare(path), decodedFrameTicks(path)]);
  const expected = frames.map((ticks) => ticks - prepared.plan.originTicks);
  // The committer refuses a second init segment: parameter sets are the same before and after.
  const whole = await convertAll(prepared);
  const divided = await convertAll(prepared, { cuts: everySegment(prepared.plan) });
  for (const rung of renditionsOf(prepared.plan, 'video')) {
    expect(servedFrames(prepared.plan, whole, rung.id).map(({ ticks }) => ticks)).toEqual(expected);
    expect(servedFrames(prepared.plan, divided, rung.id)).toEqual(servedFrames(prepared.plan, whole, rung.id));
    expect(divided.get(`${rung.id}/init`)).toEqual(whole.get(`${rung.id}/init`));
  }
  const pictures = await decodeTopRung(prepared, whole, `${path}.out.mp4`);
  const frameBytes = pictures.width * pictures.height * 3;
  for (let start = 0; start < pictures.bytes.length; start += frameBytes) {
    const seen = pixelAt({ ...pictures, bytes: pictures.bytes.subarray(start, start + frameBytes) }, 0.5, 0.5);
    expect(colorDistance(seen, [0x20, 0x40, 0xc0])).toBeLessThan(12);
  }
});

test('a picture that changes its shape is shown whole, between bars', async () => {
  const wide = { size: '256x144' };
  const path = await broadcast('shape.ts', [wide, { size: '256x144', filters: 'setsar=3/4' }, { size: '144x256' }]);
  const prepared = await prepare(path);
  const whole = await convertAll(prepared);
  const pictures = await decodeTopRung(prepared, whole, `${path}.out.mp4`);
  expect([pictures.width, pictures.height]).toEqual([256, 144]);
  const frameBytes = pictures.width * pictures.height * 3;
  /** How much of the width is picture, in the middle of a stretch. */
  const shares = [0, 1, 2].map((stretch) => {
    const start = Math.floor((stretch + 0.5) * STRETCH_SECONDS * 25) * frameBytes;
    const frame = { ...pictures, bytes: pictures.bytes.subarray(start, start + frameBytes) };
    const places = Array.from({ length: pictures.width }, (_, x) => (x + 0.5) / pictures.width);
    return places.filter((x) => colorDistance(pixelAt(frame, x, 0.5), [0x20, 0x40, 0xc0]) < 40).length / pictures.width;
  });
  expect(shares[0]).toBe(1);
  expect(shares[1]).toBeCloseTo(0.75, 1);
  expect(shares[2]).toBeCloseTo((144 / 256) ** 2, 1);
});
