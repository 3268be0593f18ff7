import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { frameArgs, type ReadInterval } from './ffprobe-command.ts';
import { SCAN_TIMEOUT_MS, type ScanOptions } from './packet-index.ts';
import { readFfprobeLines } from './run-ffprobe.ts';
import { toTicks } from './stream-extent.ts';

/** How far back is looked, in turn; then from the start. */
const STEPS_SECONDS = [10, 60, 600];

/** The last frame before a place that decodes, where packets do not tell: damage may be long. Absolute source time, 90 kHz. */
export async function lastFrameBefore(path: string, ticks: Ticks, options: ScanOptions): Promise<Ticks | undefined> {
  for (const seconds of STEPS_SECONDS) {
    const found = await decodeLast(path, { fromTicks: ticks - seconds * VIDEO_TIMESCALE, toTicks: ticks }, options);
    if (found !== undefined) return found;
  }
  return decodeLast(path, { toTicks: ticks }, options);
}

async function decodeLast(
  path: string,
  interval: Required<Pick<ReadInterval, 'toTicks'>> & ReadInterval,
  options: ScanOptions,
): Promise<Ticks | undefined> {
  let last: Ticks | undefined;
  await readFfprobeLines(path, frameArgs(interval, options.stream.index), { timeoutMs: SCAN_TIMEOUT_MS, ...options }, (line) => {
    const time = /^frame\|best_effort_timestamp=(-?\d+)/.exec(line)?.[1];
    const ticks = time === undefined ? undefined : toTicks(Number(time), options.stream.timeBase);
    if (ticks !== undefined && ticks < interval.toTicks) last = Math.max(last ?? ticks, ticks);
  });
  return last;
}
