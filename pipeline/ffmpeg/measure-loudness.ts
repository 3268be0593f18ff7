import type { Loudness } from '../model/ladder/loudness.ts';
import type { AudioRenditionPlan } from '../model/plan.ts';
import { mixFilters } from './audio-args.ts';
import type { ChunkSource } from './chunk-command.ts';
import { INPUT_LIMITS } from './ffprobe-command.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { readFfmpegLines } from './run-ffprobe.ts';

/**
 * Integrated loudness and true peak of a track as the rendition mixes it, from the whole file. Undefined where it holds too little to
 * be measured. Throws as readFfmpegLines does, `source_unreadable` when it takes longer than `timeoutMs`.
 */
export async function measureLoudness(
  source: Pick<ChunkSource, 'path'>,
  rendition: AudioRenditionPlan,
  { tools, log, signal, timeoutMs }: Pick<RunEnvironment, 'tools' | 'log' | 'signal'> & { timeoutMs: number },
): Promise<Loudness | undefined> {
  let integratedLufs: number | undefined;
  let truePeak: number | undefined;
  await readFfmpegLines(loudnessArgs(source.path, rendition), { tools, log, signal, timeoutMs }, (line) => {
    // Each measures all that was heard up to there: the last ones count.
    integratedLufs = metadataValue(line, 'lavfi.r128.I') ?? integratedLufs;
    truePeak = metadataValue(line, 'lavfi.r128.true_peak') ?? truePeak;
  });
  return integratedLufs === undefined || truePeak === undefined ? undefined : { integratedLufs, truePeak };
}

function loudnessArgs(path: string, rendition: AudioRenditionPlan): string[] {
  const filters = [...mixFilters(rendition), 'ebur128=peak=true:metadata=1', 'ametadata=mode=print:file=-'].join(',');
  const input = [...INPUT_LIMITS, '-vn', '-sn', '-dn', '-i', `file:${path}`];
  return [...input, '-filter_complex', `[0:${rendition.sourceStreamIndex}]${filters}[m]`, '-map', '[m]', '-f', 'null', '-'];
}

function metadataValue(line: string, key: string): number | undefined {
  const value = line.startsWith(`${key}=`) ? Number(line.slice(key.length + 1)) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
