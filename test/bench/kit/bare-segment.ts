import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { VideoRenditionPlan } from '../../../pipeline/model/plan.ts';
import type { Seconds } from '../../../pipeline/model/time.ts';

export interface BareSegment {
  ffmpegPath: string;
  /** The source. */
  path: string;
  rung: VideoRenditionPlan;
  /** Since the source's start. */
  startSeconds: Seconds;
  seconds: Seconds;
  /** Where the container's own seek ends behind the place, so that frames would be missing: how much earlier to enter. */
  enterEarlySeconds: Seconds;
  outPath: string;
}

/** What anybody would type to encode that stretch, all of it, with the rung's encoder settings: the measure of a cold segment. */
export function bareSegmentArgs({ path, rung, outPath, ...stretch }: Omit<BareSegment, 'ffmpegPath'>): string[] {
  const { startSeconds, seconds, enterEarlySeconds } = stretch;
  const early = Math.min(startSeconds, enterEarlySeconds);
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-ss', (startSeconds - early).toFixed(6), '-i', path, ...(early > 0 ? ['-ss', early.toFixed(6)] : [])],
    ...['-t', seconds.toFixed(6), '-an'],
    ...['-vf', `scale=${rung.width}:${rung.height}:flags=bicubic,format=yuv420p`],
    ...['-c:v', 'libx264', '-preset', rung.preset, '-profile:v', 'high', '-level:v', (rung.level / 10).toFixed(1)],
    ...['-crf', String(rung.crf), '-maxrate', String(rung.maxrateBps), '-bufsize', String(rung.bufsizeBits)],
    ...['-x264-params', 'vbv-init=0.5:open-gop=0:scenecut=0', '-g', String(Math.round(rung.frameRate * 2)), '-f', 'mp4', outPath],
  ];
}

/** Wall time from the start of the process to its end, in seconds. Rejects when it fails. */
export async function timeBareSegment({ ffmpegPath, ...segment }: BareSegment): Promise<Seconds> {
  const startedAtMs = performance.now();
  const child = spawn(ffmpegPath, bareSegmentArgs(segment), { stdio: ['ignore', 'ignore', 'inherit'] });
  const [exitCode] = await once(child, 'exit');
  if (exitCode !== 0) throw new Error(`ffmpeg ended with ${exitCode}`);
  return (performance.now() - startedAtMs) / 1000;
}
