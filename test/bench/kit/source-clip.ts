import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const LOOPED_SECONDS = 10;

/**
 * A 1080p30 H.264 clip of about 8 Mb/s with stereo AAC: moving shapes under film grain, ten seconds encoded and then
 * repeated, so that long sources are made quickly. `seconds`: a multiple of ten.
 */
export async function makeSourceClip(path: string, seconds: number): Promise<void> {
  const part = `${path}.part.mp4`;
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
  const picture = `testsrc2=s=1920x1080:r=30:d=${LOOPED_SECONDS},noise=alls=8:allf=t`;
  await execute('ffmpeg', [
    ...quiet,
    ...['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=f=330:b=2:r=48000:d=${LOOPED_SECONDS}`],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '8M', '-maxrate', '9M', '-bufsize', '16M', '-g', '60', '-pix_fmt', 'yuv420p'],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-shortest', part],
  ]);
  await execute('ffmpeg', [
    ...quiet,
    '-stream_loop',
    String(seconds / LOOPED_SECONDS - 1),
    '-i',
    part,
    '-c',
    'copy',
    '-movflags',
    '+faststart',
    path,
  ]);
  await rm(part);
}
