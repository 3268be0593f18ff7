import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ConvertJob, SegmentCommitter } from '../../pipeline/convert/convert-job.ts';
import { convertToStream } from '../../pipeline/convert-to-stream.ts';
import { type FfmpegTools, locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import type { RunEnvironment } from '../../pipeline/ffmpeg/run-chunk.ts';
import { createLog } from '../../pipeline/log.ts';
import type { LadderSettings } from '../../pipeline/model/ladder/ladder-settings.ts';
import { parseFragments, presentationTimes } from '../../pipeline/model/mp4/fragment.ts';
import { type Chunk, findRendition, type Plan, type RenditionPlan } from '../../pipeline/model/plan.ts';
import type { PlanSettings } from '../../pipeline/model/plan-title.ts';
import type { SourceInfo, VideoStreamInfo } from '../../pipeline/model/source-info.ts';
import { DEFAULT_TIMELINE } from '../../pipeline/model/timeline/boundaries.ts';
import { segmentCount, segmentRange } from '../../pipeline/model/timeline/segments.ts';
import { planSource } from '../../pipeline/plan-source.ts';

export const log = createLog('silent');

let located: Promise<FfmpegTools> | undefined;

export function testTools(): Promise<FfmpegTools> {
  located ??= locateFfmpeg({ log });
  return located;
}

/** A source as the pipeline sees it, and its plan. */
export interface Prepared {
  source: { path: string; info: SourceInfo };
  plan: Plan;
}

export interface PrepareOptions extends Pick<Partial<PlanSettings>, 'copy'> {
  furtherCodecs?: LadderSettings['furtherCodecs'];
  /** Facts of the picture that the clip cannot be given. */
  video?: Partial<VideoStreamInfo>;
}

/** Probes and plans a clip of 256x144: two rungs, and its sounds. */
export async function prepare(path: string, { furtherCodecs = [], video = {}, ...settings }: PrepareOptions = {}): Promise<Prepared> {
  const tools = await testTools();
  const probed = await probeSource(path, { tools, log });
  const info = probed.video ? { ...probed, video: { ...probed.video, ...video } } : probed;
  const ladder: LadderSettings = { rungs: [144, 120], preset: 'superfast', crf: 30, furtherCodecs };
  const plan = await planSource(
    { titleId: 'clip', revision: 0, path, info, settings: { ladder, timeline: DEFAULT_TIMELINE, ...settings } },
    { tools, log, signal: undefined },
  );
  return { source: { path, info }, plan };
}

/** What was committed: `v144/init`, `v144/0`, … */
export type Committed = Map<string, Uint8Array>;

/** Refuses what the store would refuse: another init segment, a segment twice. */
export function committerInto(committed: Committed): SegmentCommitter {
  return {
    async commitInit(renditionId, bytes) {
      const first = committed.get(`${renditionId}/init`);
      if (first && Buffer.compare(first, bytes) !== 0) throw new Error(`Another init segment for ${renditionId}`);
      committed.set(`${renditionId}/init`, bytes);
    },
    async commitSegment(renditionId, segment, bytes) {
      const key = `${renditionId}/${segment}`;
      if (committed.has(key)) throw new Error(`${key} was made twice`);
      committed.set(key, bytes);
    },
  };
}

export interface ConvertOptions {
  /** Chunks start here, and at 0. */
  cuts?: readonly number[];
  renditionIds?: readonly string[];
  keyframeBefore?: ConvertJob['keyframeBefore'];
  environment?: Partial<RunEnvironment>;
}

/** All segments of a title, one chunk after the other. */
export async function convertAll({ source, plan }: Prepared, options: ConvertOptions = {}): Promise<Committed> {
  const committed: Committed = new Map();
  const committer = committerInto(committed);
  for (const chunk of divide(plan, options.cuts ?? [], options.renditionIds)) {
    const job = { source, plan, chunk, keyframeBefore: options.keyframeBefore };
    await convertToStream(job, committer, { tools: await testTools(), log, ...options.environment });
  }
  return committed;
}

export function divide(plan: Plan, cuts: readonly number[], renditionIds?: readonly string[]): Chunk[] {
  const count = segmentCount(plan.timeline);
  const places = [0, ...cuts.filter((cut) => cut > 0 && cut < count), count];
  return places.slice(1).map((endSegment, index) => ({
    titleId: plan.titleId,
    planRevision: plan.revision,
    renditionIds: [...(renditionIds ?? plan.renditions.map(({ id }) => id))],
    firstSegment: places[index] as number,
    endSegment,
  }));
}

/** The cuts that make a chunk of every segment. */
export function everySegment(plan: Plan): number[] {
  return Array.from({ length: segmentCount(plan.timeline) }, (_, segment) => segment);
}

/** A frame as it is served. */
export interface ServedFrame {
  segment: number;
  ticks: number;
  isSync: boolean;
}

/**
 * The frames of a rendition in order of presentation, read from tfdt and composition offsets. Throws where a segment is
 * missing, a seam has a gap or an overlap (I2), or a frame lies outside its segment (I1).
 */
export function servedFrames(plan: Plan, committed: Committed, renditionId: string): ServedFrame[] {
  const rendition = findRendition(plan, renditionId);
  let expected = segmentRange(plan.timeline, rendition, 0).startTicks;
  return Array.from({ length: segmentCount(plan.timeline) }, (_, segment) => {
    const { startTicks, endTicks } = segmentRange(plan.timeline, rendition, segment);
    const frames = parseFragments(segmentBytes(committed, renditionId, segment)).flatMap((fragment) => {
      if (fragment.baseDecodeTicks !== expected)
        throw new Error(`${renditionId}/${segment} starts at ${fragment.baseDecodeTicks}, not ${expected}`);
      expected = fragment.samples.reduce((ticks, { durationTicks }) => ticks + durationTicks, expected);
      const timed = presentationTimes(fragment);
      return timed.map((frame) => ({ segment, ...frame }));
    });
    const stray = frames.find(({ ticks }) => ticks < startTicks || ticks >= endTicks);
    if (stray) throw new Error(`${renditionId}/${segment} holds a frame of ${stray.ticks}`);
    if (expected !== endTicks) throw new Error(`${renditionId}/${segment} ends at ${expected}, planned ${endTicks}`);
    return frames.sort((a, b) => a.ticks - b.ticks);
  }).flat();
}

function segmentBytes(committed: Committed, renditionId: string, segment: number): Uint8Array {
  const bytes = committed.get(`${renditionId}/${segment}`);
  if (!bytes) throw new Error(`${renditionId}/${segment} was never made`);
  return bytes;
}

export function renditionsOf<Kind extends RenditionPlan['kind']>(plan: Plan, kind: Kind): Extract<RenditionPlan, { kind: Kind }>[] {
  return plan.renditions.filter((rendition): rendition is Extract<RenditionPlan, { kind: Kind }> => rendition.kind === kind);
}

/** Init segment and all segments as one file that a player could read. */
export async function writeRendition(plan: Plan, committed: Committed, renditionId: string, path: string): Promise<void> {
  const segments = everySegment(plan).map((segment) => segmentBytes(committed, renditionId, segment));
  await writeFile(path, Buffer.concat([committed.get(`${renditionId}/init`) as Uint8Array, ...segments]));
}

/** Interleaved stereo samples of a file's first sound, as decoded, one after the other. */
export async function decodeSound(path: string, sampleRate?: number): Promise<Float32Array> {
  const rate = sampleRate === undefined ? [] : ['-ar', String(sampleRate)];
  const bytes = await ffmpegOutput('-i', path, '-map', '0:a:0', '-f', 'f32le', '-ac', '2', ...rate, '-');
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

/** How bright each frame of a file's picture is, 0 to 255, in order of presentation. */
export async function decodeBrightness(path: string): Promise<Uint8Array> {
  return ffmpegOutput(
    '-i',
    path,
    '-map',
    '0:v:0',
    '-fps_mode',
    'passthrough',
    '-vf',
    'scale=1:1:flags=area,format=gray',
    '-f',
    'rawvideo',
    '-',
  );
}

/** What ffmpeg writes to its standard output. */
export async function ffmpegOutput(...args: string[]): Promise<Uint8Array> {
  const { ffmpegPath } = await testTools();
  const { stdout } = await promisify(execFile)(ffmpegPath, ['-v', 'error', '-nostdin', ...args], {
    encoding: 'buffer',
    maxBuffer: 2 ** 30,
  });
  return stdout;
}

/** Where the largest value stands. */
export function peakIndex(values: ArrayLike<number>): number {
  let peak = 0;
  for (let index = 1; index < values.length; index++) {
    if (Math.abs(values[index] as number) > Math.abs(values[peak] as number)) peak = index;
  }
  return peak;
}
