import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { fitToPicture } from '../../pipeline/fit-to-picture.ts';
import { DEFAULT_LADDER } from '../../pipeline/model/ladder/ladder-settings.ts';
import type { Plan } from '../../pipeline/model/plan.ts';
import { planTitle } from '../../pipeline/model/plan-title.ts';
import { reportStreams } from '../../pipeline/model/stream-report.ts';
import { DEFAULT_TIMELINE } from '../../pipeline/model/timeline/boundaries.ts';
import { corpusFile, hasCorpus } from '../corpus.ts';
import { log, testTools } from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

const QUICK = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', '-pix_fmt', 'yuv420p', '-g', '50'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-fit-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function makePicture(name: string, source: string, seconds = 10): Promise<string> {
  const path = join(folder, name);
  await makeClip('-f', 'lavfi', '-i', source, '-t', String(seconds), ...QUICK, path);
  return path;
}

/** `360@23 240@23`, and what the title's report says of it. */
async function fitClip(path: string): Promise<{ plan: Plan; rungs: string; codes: string[]; reason: string }> {
  const tools = await testTools();
  const info = await probeSource(path, { tools, log });
  const settings = { ladder: DEFAULT_LADDER, timeline: DEFAULT_TIMELINE };
  const planned = planTitle({ titleId: 'clip', revision: 0, info, settings, encoderFingerprint: tools.encoderFingerprint });
  const plan = await fitToPicture(planned, { path, info }, { tools, log, timeoutMs: 60_000 });
  const pictures = plan.renditions.filter((rendition) => rendition.kind === 'video');
  const [report] = reportStreams(info, plan);
  return { plan, rungs: pictures.map(({ height, crf }) => `${height}@${crf}`).join(' '), codes: report!.codes!, reason: report!.reason };
}

test('a picture full of noise keeps the whole ladder, and the report says that it needs it', async () => {
  const { rungs, codes } = await fitClip(await makePicture('noise.mp4', 'testsrc2=s=640x360:r=25,noise=alls=40:allf=t'));
  expect(rungs).toBe('360@23 240@23');
  expect(codes).toEqual(['encoded', 'ladder-kept', 'colors-converted']);
});

test('of a small picture that was blown up there is no rung above what it holds, and the report names what is left out', async () => {
  const source = 'testsrc2=s=320x180:r=25,noise=alls=4:allf=t,gblur=sigma=1,scale=1280:720:flags=bicubic';
  const { rungs, codes, reason } = await fitClip(await makePicture('blown-up.mp4', source));
  expect(Number.parseInt(rungs, 10)).toBeLessThan(720);
  expect(codes).toContain('rungs-left-out');
  expect(reason).toContain('1280 × 720');
});

test('the same file has the same plan each time', async () => {
  const path = await makePicture('twice.mkv', 'testsrc2=s=640x360:r=25,noise=alls=4:allf=t');
  expect((await fitClip(path)).plan).toEqual((await fitClip(path)).plan);
});

test('what is upright, interlaced or ends early is sampled as well', async () => {
  const upright = await makePicture('upright.mp4', 'testsrc2=s=360x640:r=25');
  const { plan } = await fitClip(upright);
  expect(plan.ladderFit?.kind).toBe('fitted');
  const fields = join(folder, 'fields.ts');
  const television = ['-f', 'lavfi', '-i', 'testsrc2=s=720x576:r=50,tinterlace=interleave_top,setfield=tff', '-t', '9'];
  await makeClip(...television, '-c:v', 'mpeg2video', '-flags', '+ilme+ildct', '-b:v', '6M', '-g', '12', fields);
  expect((await fitClip(fields)).plan.ladderFit?.kind).toBe('fitted');
});

test('a short picture is not sampled, and the report says so', async () => {
  const { rungs, codes } = await fitClip(await makePicture('short.mp4', 'testsrc2=s=640x360:r=25', 5));
  expect(rungs).toBe('360@23 240@23');
  expect(codes).toContain('ladder-unsampled');
});

describe.skipIf(!hasCorpus)('of real films', () => {
  test('an animated one gets its best rung at fewer bits, and no second rung that looks the same', async () => {
    const { rungs, codes } = await fitClip(corpusFile('film_sintel_trailer_720p_52s.mp4'));
    expect(rungs).toMatch(/^720@2[6-9](\.5)? 360@/);
    expect(codes).toEqual(['encoded', 'bits-saved', 'rungs-left-out']);
  });

  test('a grainy one keeps its sizes and nearly all of its bits', async () => {
    expect((await fitClip(corpusFile('film_chaplin_bw_mp3audio.mp4'))).rungs).toMatch(/^360@2[34](\.5)? 240@23$/);
  });

  test('480 lines that were blown up to 1080 have no rung above 720', async () => {
    const path = join(folder, 'sintel-1080.mp4');
    const film = ['-ss', '20', '-t', '10', '-i', corpusFile('film_sintel_480p_14chapters.mp4')];
    await makeClip(...film, '-an', '-vf', 'scale=1920:1080:flags=bicubic', ...QUICK, path);
    expect(Number.parseInt((await fitClip(path)).rungs, 10)).toBeLessThanOrEqual(720);
  });
});
