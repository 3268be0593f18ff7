import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planAudioWindow } from '../../pipeline/ffmpeg/audio-args.ts';
import { chunkCommand } from '../../pipeline/ffmpeg/chunk-command.ts';
import type { AudioRenditionPlan, Chunk, Plan } from '../../pipeline/model/plan.ts';
import { boundaryTicks, chunkRange, segmentCount } from '../../pipeline/model/timeline/segments.ts';
import { sampled } from '../thorough.ts';
import {
  type Committed,
  convertAll,
  decodeSound,
  divide,
  everySegment,
  ffmpegOutput,
  type Prepared,
  prepare,
  renditionsOf,
  servedFrames,
  writeRendition,
} from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

/** Stereo samples of one codec frame. */
const FRAME = 1024;
const TOLERANCE_DB = 3;
/** Neighbours, in frames: far enough from a seam that an encoder which began there has found its quantizer. */
const SETTLED = [6, 7, 8, 9, 10, 11, 12];
/** A chord, different on both sides, over noise: even enough that neighbouring frames are as hard to encode. */
const CHORD = '0.2*sin(2*PI*441*t)+0.15*sin(2*PI*1234.5*t)+0.1*sin(2*PI*3777*t)|0.2*sin(2*PI*330*t)+0.1*sin(2*PI*2500.3*t)';
const SECONDS = 14;

const SOURCES = [
  { name: 'AAC at 44.1 kHz', file: 'aac-44.mp4', codec: 'aac', rate: 44_100 },
  { name: 'AAC at 48 kHz', file: 'aac-48.mp4', codec: 'aac', rate: 48_000 },
  { name: 'AAC at 44.1 kHz in Matroska, whose clock has milliseconds', file: 'aac-44.mkv', codec: 'aac', rate: 44_100 },
  { name: 'AAC at 44.1 kHz in a transport stream', file: 'aac-44.ts', codec: 'aac', rate: 44_100 },
  { name: 'MP3 at 44.1 kHz in Matroska', file: 'mp3-44.mkv', codec: 'libmp3lame', rate: 44_100 },
  { name: 'MP3 at 48 kHz in Matroska', file: 'mp3-48.mkv', codec: 'libmp3lame', rate: 48_000 },
  { name: 'Opus', file: 'opus.mkv', codec: 'libopus', rate: 48_000 },
  { name: 'AAC at 32 kHz, resampled', file: 'aac-32.mp4', codec: 'aac', rate: 32_000 },
  { name: 'FLAC at 192 kHz, resampled', file: 'flac-192.flac', codec: 'flac', rate: 192_000 },
  { name: 'AAC at 22.05 kHz, resampled', file: 'aac-22.mp4', codec: 'aac', rate: 22_050 },
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-sound-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe.each(sampled(SOURCES, 0, 3))('$name', ({ file, codec, rate }) => {
  let prepared: Prepared;
  let track: AudioRenditionPlan;
  let original: Float32Array;

  beforeAll(async () => {
    const path = join(folder, file);
    await makeClip(
      ...['-f', 'lavfi', '-i', `aevalsrc='${CHORD}':s=${rate}:d=${SECONDS}`],
      ...['-f', 'lavfi', '-i', `anoisesrc=c=pink:a=0.1:r=${rate}:seed=5:d=${SECONDS}`],
      ...['-filter_complex', 'amix=2', '-ac', '2', '-c:a', codec, '-b:a', '256k', path],
    );
    prepared = await prepare(path);
    track = renditionsOf(prepared.plan, 'audio')[0] as AudioRenditionPlan;
    original = await decodeSound(path, track.timescale);
  });

  test('a chunk of any segment feeds its encoder the source’s own samples', async () => {
    const { plan, source } = prepared;
    const isResampled = source.info.audio[0]?.sampleRate !== track.timescale;
    for (const chunk of divide(plan, everySegment(plan))) {
      const { startTicks, endTicks } = chunkRange(plan.timeline, track, chunk);
      const { outputStart, outputEnd } = planAudioWindow(track, source.info.audio[0]!.sampleRate, startTicks, endTicks);
      const fed = await fedSamples(prepared, chunk);
      expect(fed.length).toBe((outputEnd - outputStart) * 2);
      // A resampler that starts in the middle of a sound cannot know the silence that a whole decode imagines before it.
      const skipped = isResampled && chunk.firstSegment === 0 ? -outputStart + 64 : 0;
      let worst = 0;
      for (let index = skipped * 2; index < fed.length; index++) {
        worst = Math.max(worst, Math.abs((fed[index] as number) - (original[outputStart * 2 + index] ?? 0)));
      }
      expect(worst, `segment ${chunk.firstSegment}`).toBe(0);
    }
  });

  test('a chunk of every segment sounds as one continuous encode, also at the seams', async () => {
    const { plan } = prepared;
    const [whole, cut] = await Promise.all([[], everySegment(plan)].map((cuts) => convertAll(prepared, { cuts })));
    const continuous = await decodeServed(plan, whole as Committed, track);
    const divided = await decodeServed(plan, cut as Committed, track);
    expect(divided.length).toBe(boundaryTicks(plan.timeline, track, segmentCount(plan.timeline)) * 2);
    expect(continuous.length).toBe(divided.length);
    const quality = (frame: number): number => signalToNoise(original, divided, frame);
    const againstContinuous = (frame: number): number => quality(frame) - signalToNoise(original, continuous, frame);
    const drops: number[] = [];
    for (let seam = 1; seam < segmentCount(plan.timeline); seam++) {
      const first = boundaryTicks(plan.timeline, track, seam) / FRAME;
      for (const measure of [quality, againstContinuous]) {
        drops.push(median(SETTLED.map((distance) => measure(first - 1 - distance))) - measure(first - 1));
        drops.push(median(SETTLED.map((distance) => measure(first + distance))) - measure(first));
      }
    }
    expect(Math.max(...drops)).toBeLessThan(TOLERANCE_DB);
  });
});

/** What an encoder would get for a chunk of the sound. */
async function fedSamples({ source, plan }: Prepared, chunk: Chunk): Promise<Float32Array> {
  const outputUrls = Object.fromEntries(chunk.renditionIds.map((id) => [id, '-']));
  const { inputs, filters } = chunkCommand({ source, plan, chunk, outputUrls });
  const input = inputs.flatMap(({ url, options }) => [...options, '-i', url]);
  const bytes = await ffmpegOutput('-copyts', ...input, '-filter_complex', filters.join(';'), '-map', '[a0]', '-f', 'f32le', '-');
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

async function decodeServed(plan: Plan, committed: Committed, track: AudioRenditionPlan): Promise<Float32Array> {
  servedFrames(plan, committed, track.id);
  const path = join(folder, 'served.mp4');
  await writeRendition(plan, committed, track.id, path);
  return decodeSound(path);
}

/** In decibels, over one codec frame. */
function signalToNoise(original: Float32Array, served: Float32Array, frame: number): number {
  let signal = 0;
  let noise = 0;
  for (let index = frame * FRAME * 2; index < (frame + 1) * FRAME * 2; index++) {
    const value = original[index] ?? 0;
    signal += value ** 2;
    noise += (value - (served[index] ?? 0)) ** 2;
  }
  return 10 * Math.log10(signal / (noise + 1e-12));
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}
