import { join } from 'node:path';
import type { VideoRenditionPlan } from '../../../pipeline/model/plan.ts';

const FRAGMENTED = ['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov'];

/** What somebody who knows ffmpeg would type to make the whole ladder of a film in one go: the measure of a whole title. */
export function handTunedLadder(source: string, rungs: readonly VideoRenditionPlan[], outFolder: string): string[] {
  const split = `[0:v]split=${rungs.length}${rungs.map((_, index) => `[s${index}]`).join('')}`;
  const scaled = rungs.map(({ width, height }, index) => `[s${index}]scale=${width}:${height}:flags=bicubic,format=yuv420p[v${index}]`);
  const outputs = rungs.flatMap((rung, index) => [
    ...['-map', `[v${index}]`, '-c:v', 'libx264', '-preset', rung.preset, '-profile:v', 'high', '-level:v', String(rung.level / 10)],
    ...['-crf', String(rung.crf), '-maxrate', String(rung.maxrateBps), '-bufsize', String(rung.bufsizeBits)],
    ...['-g', '60', '-keyint_min', '60', '-sc_threshold', '0', ...FRAGMENTED, join(outFolder, `${rung.id}.mp4`)],
  ]);
  const sound = ['-map', '0:a', '-c:a', 'aac', '-b:a', '128k', ...FRAGMENTED, '-frag_duration', '4000000', join(outFolder, 'a.mp4')];
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
  return [...quiet, '-i', source, '-filter_complex', [split, ...scaled].join(';'), ...outputs, ...sound];
}
