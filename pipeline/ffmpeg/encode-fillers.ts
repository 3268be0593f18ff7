import type { InitInfo } from '../model/mp4/init-segment.ts';
import { type Frame, Splitter } from '../model/mp4/splitter.ts';
import type { Plan, VideoRenditionPlan } from '../model/plan.ts';
import type { Ticks } from '../model/time.ts';
import type { Gap } from '../model/timeline/gaps.ts';
import { addInput, addRungs, type ChunkSource, type FfmpegCommand, pictureOnly, wholeFrames } from './chunk-command.ts';
import { decodeFromTicks } from './field-filters.ts';
import { openOutputSockets } from './output-sockets.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { runFfmpeg } from './run-ffmpeg.ts';
import { chooseVideoSeek, seekTrust } from './seek.ts';

/** Sync frames that stand in for the source in a gap, and the parameter sets they were encoded with. */
export interface Fillers {
  frames: Frame[];
  info: InitInfo | undefined;
}

/** What convertToStream knows of the source (see ConvertJob). */
export interface FillerSource {
  source: ChunkSource;
  plan: Plan;
  keyframeBefore?: ((ticks: Ticks) => Promise<Ticks | undefined> | Ticks | undefined) | undefined;
}

/**
 * Encodes the frame before each gap again at the gap's planned keyframes, as sync frames of every rung, with the settings
 * the rung's other frames have. Answers them by rendition id, ascending.
 */
export async function encodeFillers(
  { source, plan, keyframeBefore }: FillerSource,
  rungs: readonly VideoRenditionPlan[],
  gaps: readonly Gap[],
  environment: RunEnvironment,
): Promise<Map<string, Fillers>> {
  const { video } = source.info;
  const fillers = new Map<string, Fillers>(rungs.map((rung) => [rung.id, { frames: [], info: undefined }]));
  for (const gap of gaps) {
    const readers = Object.fromEntries(rungs.map((rung) => [rung.id, fillerReader(fillers.get(rung.id) as Fillers)]));
    const sockets = await openOutputSockets(readers);
    try {
      const keyframeTicks = video && (await keyframeBefore?.(decodeFromTicks(video, plan.originTicks + gap.frameTicks)));
      await runFfmpeg(repeatFrameCommand({ source, plan, rungs, gap, keyframeTicks, outputUrls: sockets.urls }), environment);
      await sockets.drained();
    } finally {
      await sockets.close();
    }
  }
  return fillers;
}

function fillerReader(fillers: Fillers): { onData(bytes: Uint8Array): void } {
  const splitter = new Splitter();
  return {
    onData(bytes) {
      for (const event of splitter.push(bytes)) {
        if (event.kind === 'init') fillers.info = event.info;
        else fillers.frames.push(event.frame);
      }
    },
  };
}

interface RepeatFrameOptions {
  source: ChunkSource;
  plan: Plan;
  rungs: readonly VideoRenditionPlan[];
  gap: Gap;
  /** The last source keyframe at or before the frame (absolute source time), where the container does not tell. */
  keyframeTicks: Ticks | undefined;
  outputUrls: Readonly<Record<string, string>>;
}

/** One source frame, shown again at each of the gap's times. Pure. */
export function repeatFrameCommand({ source, plan, rungs, gap, keyframeTicks, outputUrls }: RepeatFrameOptions): FfmpegCommand {
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const video = source.info.video;
  if (!video) return command;
  const frameTicks = plan.originTicks + gap.frameTicks;
  const seek = chooseVideoSeek(
    seekTrust(source.info.formatNames),
    video.firstFrameTicks,
    decodeFromTicks(video, frameTicks),
    keyframeTicks,
  );
  const input = addInput(command, source.path, seek, pictureOnly(video));
  const times = gap.repeatTicks.reduceRight((rest, ticks, index) => `if(eq(N,${index}),${ticks},${rest})`, '0');
  const filters = [
    ...wholeFrames(video),
    `trim=start_pts=${frameTicks}:end_pts=${frameTicks + 1}`,
    `loop=loop=${gap.repeatTicks.length - 1}:size=1:start=0`,
    `setpts='${times}'`,
  ];
  addRungs(command, source.info, `[${input}:${video.index}]${filters.join(',')}`, rungs, gap.repeatTicks, outputUrls);
  return command;
}
