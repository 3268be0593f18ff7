import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseProbeDocument } from '../../pipeline/ffmpeg/probe-document.ts';
import { collectFfprobe } from '../../pipeline/ffmpeg/run-ffprobe.ts';
import { convertAll, log, prepare, testTools } from './convert-harness.ts';
import { colorDistance, decodeTopRung, type Pictures, pixelAt, type Rgb } from './decode-pictures.ts';
import { makeClip } from './make-clip.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-colors-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Tones that HDR leaves as they are: up to 0.3 of white. */
const PATCHES: readonly Rgb[] = [
  [0, 0, 0],
  [140, 140, 140],
  [140, 30, 30],
  [30, 140, 30],
  [30, 30, 140],
  [140, 140, 30],
  [30, 140, 140],
  [120, 80, 60],
];
const BRIGHT: readonly Rgb[] = [...PATCHES.slice(0, -1), [255, 255, 255]];

/** The patches side by side, as RGB. */
function patchesSource(patches: readonly Rgb[], size = '24x96'): { inputs: string[]; row: string } {
  const inputs = patches.flatMap((patch) => {
    const hex = patch.map((value) => value.toString(16).padStart(2, '0')).join('');
    return ['-f', 'lavfi', '-i', `color=0x${hex}:s=${size}:r=10:d=0.3,format=gbrp`];
  });
  return { inputs, row: `${patches.map((_, index) => `[${index}]`).join('')}hstack=inputs=${patches.length}` };
}

async function convertPatches(name: string): Promise<Pictures> {
  const path = join(folder, name);
  const prepared = await prepare(path);
  const committed = await convertAll(prepared);
  return decodeTopRung(prepared, committed, `${path}.out.mp4`);
}

function seenPatches(pictures: Pictures, count: number): Rgb[] {
  return Array.from({ length: count }, (_, index) => pixelAt(pictures, (index + 0.5) / count, 0.5));
}

function expectPatches(pictures: Pictures, patches: readonly Rgb[], tolerance: number): void {
  const seen = seenPatches(pictures, patches.length);
  const worst = Math.max(...seen.map((color, index) => colorDistance(color, patches[index]!)));
  expect(worst, `seen ${JSON.stringify(seen)}`).toBeLessThanOrEqual(tolerance);
}

const X264 = ['-c:v', 'libx264', '-preset', 'superfast', '-crf', '6'];

describe('colours are those of the source', () => {
  test.each<{ what: string; file: string; filters: string; codec: string[]; size?: string }>([
    {
      what: 'BT.709',
      file: 'bt709.mp4',
      filters: 'scale=out_color_matrix=bt709,format=yuv420p',
      codec: [...X264, '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
    },
    {
      what: 'the matrix of BT.601, stated',
      file: 'bt601.mp4',
      filters: 'scale=out_color_matrix=smpte170m,format=yuv420p',
      codec: [...X264, '-colorspace', 'smpte170m', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
    },
    {
      what: 'standard definition that states nothing',
      file: 'unstated.avi',
      filters: 'scale=out_color_matrix=smpte170m,format=yuv420p',
      codec: ['-c:v', 'mpeg4', '-q:v', '2'],
    },
    {
      what: 'high definition that states nothing',
      file: 'unstated-hd.mkv',
      size: '160x80',
      filters: 'scale=out_color_matrix=bt709,format=yuv420p,setparams=colorspace=unknown',
      codec: X264,
    },
    {
      what: 'a phone’s full range',
      file: 'full.mp4',
      filters: 'scale=out_color_matrix=smpte170m:out_range=pc,format=yuvj420p',
      codec: [...X264, '-colorspace', 'smpte170m', '-color_range', 'pc'],
    },
    {
      what: '10 bits in 4:2:2',
      file: 'prores.mov',
      filters: 'scale=out_color_matrix=bt709,format=yuv422p10,setparams=colorspace=bt709:color_primaries=bt709',
      codec: ['-c:v', 'prores_ks', '-profile:v', '2'],
    },
    {
      what: '12 bits in 4:4:4',
      file: 'deep.mkv',
      filters: 'scale=out_color_matrix=bt709,format=yuv444p12,setparams=colorspace=bt709:color_primaries=bt709',
      codec: ['-c:v', 'ffv1'],
    },
    { what: 'RGB', file: 'rgb.mkv', filters: 'format=gbrp', codec: ['-c:v', 'ffv1'] },
    {
      what: 'wide gamut in standard range',
      file: 'wide.mp4',
      // By the light of a screen of gamma 2.2.
      filters: 'zscale=min=gbr:pin=709:tin=bt470m:m=2020_ncl:p=2020:t=bt470m:r=limited,format=yuv420p10',
      codec: [...X264, '-colorspace', 'bt2020nc', '-color_primaries', 'bt2020', '-color_trc', 'bt2020-10'],
    },
  ])('$what', async ({ file, filters, codec, size }) => {
    const { inputs, row } = patchesSource(BRIGHT, size);
    await makeClip(...inputs, '-filter_complex', `${row},${filters}`, ...codec, join(folder, file));
    const pictures = await convertPatches(file);
    expectPatches(pictures, BRIGHT, 6);
  });

  test('what is half transparent is shown over black', async () => {
    await makeClip('-f', 'lavfi', '-i', 'color=white@0.5:s=64x64:r=10:d=0.3,format=rgba', '-c:v', 'qtrle', join(folder, 'alpha.mov'));
    const pictures = await convertPatches('alpha.mov');
    expect(colorDistance(pixelAt(pictures, 0.5, 0.5), [127, 127, 127])).toBeLessThan(4);
  });

  test('every rung states what it is: BT.709 in limited range, 8 bits, 4:2:0', async () => {
    await makeClip('-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=10:d=0.3', '-pix_fmt', 'yuvj444p', ...X264, join(folder, 'tags.mp4'));
    const prepared = await prepare(join(folder, 'tags.mp4'));
    await decodeTopRung(prepared, await convertAll(prepared), join(folder, 'tags.out.mp4'));
    const { stdout } = await collectFfprobe(join(folder, 'tags.out.mp4'), ['-of', 'json', '-show_streams'], {
      tools: await testTools(),
      log,
    });
    expect(parseProbeDocument(stdout)?.streams[0]).toMatchObject({
      ...{ pix_fmt: 'yuv420p', color_range: 'tv', color_space: 'bt709', color_transfer: 'bt709', color_primaries: 'bt709' },
    });
  });
});

/** ITU-R BT.2100: light in cd/m² → PQ signal, 0 to 1. */
function pq(nits: number): number {
  const y = (nits / 10_000) ** 0.1593017578125;
  return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375;
}

/** ITU-R BT.2100: light of a grey on a display of 1,000 cd/m² → HLG signal, 0 to 1. */
function hlg(nits: number): number {
  const scene = (nits / 1000) ** (1 / 1.2);
  return scene <= 1 / 12 ? Math.sqrt(3 * scene) : 0.17883277 * Math.log(12 * scene - 0.28466892) + 0.55991073;
}

/** What a grey of that light is to look like: untouched up to 0.3 of white, then rolled off to the peak. ITU-R BT.1886. */
function expectedGrey(nits: number, peakNits: number): number {
  const [light, knee, peak] = [nits / 203, 0.3, peakNits / 203];
  const a = (-knee * knee * (peak - 1)) / (knee * knee - 2 * knee + peak);
  const b = (knee * knee - 2 * knee * peak + peak) / (peak - 1);
  const mapped = light <= knee ? light : (((b * b + 2 * b * knee + knee * knee) / (b - a)) * (light + a)) / (light + b);
  return Math.round(255 * Math.min(1, mapped) ** (1 / 2.4));
}

function expectedGreys(): Rgb[] {
  return NITS.map((nits) => expectedGrey(nits, 1000)).map((value) => [value, value, value]);
}

const NITS = [0, 5, 36.5, 58, 100, 203, 500, 1000];

async function makeGreys(path: string, signal: (nits: number) => number, transfer: string, chroma = 'cb=512:cr=512'): Promise<void> {
  const codes = NITS.map((nits) => Math.round(64 + 876 * signal(nits)));
  const luma = codes.reduceRight((rest, code, index) => `if(lt(X,${24 * (index + 1)}),${code},${rest})`, '64');
  const tags = ['-colorspace', 'bt2020nc', '-color_primaries', 'bt2020', '-color_trc', transfer];
  const source = `color=black:s=${24 * NITS.length}x96:r=10:d=0.3,format=yuv420p10,geq=lum='${luma}':${chroma}`;
  await makeClip('-f', 'lavfi', '-i', source, ...X264, ...tags, path);
}

describe('high dynamic range becomes standard range', () => {
  test.each([
    { what: 'PQ', file: 'pq.mp4', signal: pq, transfer: 'smpte2084' },
    { what: 'HLG', file: 'hlg.mp4', signal: hlg, transfer: 'arib-std-b67' },
  ])('$what: greys are as bright as in standard range, highlights are rolled off and none is cut', async ({ file, signal, transfer }) => {
    await makeGreys(join(folder, file), signal, transfer);
    const pictures = await convertPatches(file);
    expectPatches(pictures, expectedGreys(), 4);
  });

  test('colours of standard range that were put into wide gamut and PQ come back', async () => {
    const { inputs, row } = patchesSource(PATCHES);
    const toPq = 'zscale=min=gbr:pin=709:tin=709:m=2020_ncl:p=2020:t=smpte2084:npl=203:r=limited';
    const tags = ['-colorspace', 'bt2020nc', '-color_primaries', 'bt2020', '-color_trc', 'smpte2084'];
    await makeClip(...inputs, '-filter_complex', `${row},${toPq},format=yuv420p10`, ...X264, ...tags, join(folder, 'round.mp4'));
    const pictures = await convertPatches('round.mp4');
    expectPatches(pictures, PATCHES, 6);
  });

  test('of Dolby Vision 5 the brightness is right and no colour false', async () => {
    const path = join(folder, 'profile-5.mp4');
    await makeGreys(path, pq, 'smpte2084', 'cb=300:cr=800');
    const prepared = await prepare(path);
    const { source } = prepared;
    const video = { ...source.info.video!, dolbyVisionProfile: 5 };
    const changed = { ...prepared, source: { ...source, info: { ...source.info, video } } };
    const pictures = await decodeTopRung(changed, await convertAll(changed), `${path}.out.mp4`);
    expectPatches(pictures, expectedGreys(), 4);
  });
});
