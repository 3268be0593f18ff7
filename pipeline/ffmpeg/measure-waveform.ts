import type { Plan } from '../model/plan.ts';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import { timelineSeconds } from '../model/timeline/boundaries.ts';
import { createPeakMeter, type Waveform } from '../model/waveform.ts';
import { addInput, type ChunkSource, type FfmpegCommand } from './chunk-command.ts';
import { openOutputSockets } from './output-sockets.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { type RunningFfmpeg, runFfmpeg } from './run-ffmpeg.ts';

/** Enough to see where it is loud, and little to compute. */
const SAMPLE_RATE = 8000;
const PCM = 'pcm';

/**
 * The waveform of a title's default sound: one decode of the whole track to mono at a low rate, read as it comes. Undefined for a
 * title without sound. Throws as runFfmpeg does.
 */
export async function measureWaveform(source: ChunkSource, plan: Plan, environment: RunEnvironment): Promise<Waveform | undefined> {
  const durationSeconds = timelineSeconds(plan.timeline);
  const meter = createPeakMeter(durationSeconds, SAMPLE_RATE);
  let running: RunningFfmpeg | undefined;
  let rest = Buffer.alloc(0);
  const sockets = await openOutputSockets({
    [PCM]: {
      onData(bytes) {
        running?.heard();
        const joined = Buffer.concat([rest, bytes]);
        const whole = joined.length - (joined.length % 2);
        meter.push(Int16Array.from({ length: whole / 2 }, (_, index) => joined.readInt16LE(index * 2)));
        rest = joined.subarray(whole);
      },
    },
  });
  try {
    const command = waveformCommand(source, plan, sockets.urls[PCM] ?? '');
    if (!command) return undefined;
    await runFfmpeg(command, {
      ...environment,
      onStarted(started) {
        running = started;
        environment.onStarted?.(started);
      },
    });
    await sockets.drained();
    return meter.read();
  } finally {
    await sockets.close();
  }
}

/** Pure. */
export function waveformCommand(source: ChunkSource, plan: Plan, outputUrl: string): FfmpegCommand | undefined {
  const sounds = plan.renditions.filter((rendition) => rendition.kind === 'audio');
  const main = sounds.find(({ isDefault }) => isDefault) ?? sounds[0];
  if (!main) return undefined;
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const input = addInput(command, source.path, undefined, ['-vn', '-sn', '-dn']);
  const filters = [
    `asetpts='PTS-(${plan.originTicks / VIDEO_TIMESCALE}/TB)'`,
    `aresample=${SAMPLE_RATE}:async=1:first_pts=0`,
    'aformat=sample_fmts=s16:channel_layouts=mono',
  ].join(',');
  command.filters.push(`[${input}:${main.sourceStreamIndex}]${filters}[w]`);
  // However long the file goes on: past the title's end nothing is drawn.
  const seconds = Math.ceil(timelineSeconds(plan.timeline));
  command.outputs.push({ url: outputUrl, options: ['-map', '[w]', '-t', String(seconds), '-f', 's16le'] });
  return command;
}
