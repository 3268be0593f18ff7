import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs the system's ffmpeg to make a test clip. */
export async function makeClip(...args: string[]): Promise<void> {
  await execute('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...args]);
}

/** Presentation times of a file's decoded frames, seconds × 90,000 rounded once, ascending: the truth to compare with. */
export async function decodedFrameTicks(path: string): Promise<number[]> {
  const { stdout } = await execute(
    'ffprobe',
    [
      '-v',
      'error',
      '-select_streams',
      'v:0',
      '-show_entries',
      'stream=time_base:frame=best_effort_timestamp',
      '-of',
      'json',
      `file:${path}`,
    ],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  const result = JSON.parse(stdout) as { streams: { time_base: string }[]; frames: { best_effort_timestamp: number }[] };
  const [num = 1, den = 1] = (result.streams[0]?.time_base ?? '1/1').split('/').map(Number);
  return result.frames.map((frame) => Math.round((frame.best_effort_timestamp * num * 90_000) / den)).sort((a, b) => a - b);
}

/** As decodedFrameTicks, as ffmpeg's filters see them: AVI states no times, ffmpeg makes them up. */
export async function filteredFrameTicks(path: string): Promise<number[]> {
  const args = ['-hide_banner', '-copyts', '-i', `file:${path}`, '-an', '-vf', 'settb=1/90000,showinfo', '-f', 'null', '-'];
  const { stderr } = await execute('ffmpeg', args, { maxBuffer: 64 * 1024 * 1024 });
  return [...stderr.matchAll(/n: *\d+ pts: *(-?\d+) /g)].map((match) => Number(match[1]));
}
