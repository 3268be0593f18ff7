import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const LOOPED_SECONDS = 10;

/** What distinguishes a kind of source; the rest is the same for all. */
interface SourceKind {
  /** For people. */
  what: string;
  extension: string;
  pictureSize: string;
  video: readonly string[];
  /** See BareSegment. */
  enterEarlySeconds: number;
}

const H264_8M = ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '8M', '-maxrate', '9M', '-bufsize', '16M'];
const TEN_SECOND_GOP = ['-g', '300', '-keyint_min', '300', '-sc_threshold', '0'];
const HEVC_20M = ['-c:v', 'libx265', '-preset', 'ultrafast', '-b:v', '20M', '-x265-params', 'log-level=none:bframes=3', '-tag:v', 'hvc1'];

/** All have stereo AAC, 30 frames a second, and a picture of moving shapes under film grain. */
export const SOURCE_KINDS = {
  h264: {
    what: '1080p30 H.264, MP4, keyframes 2 s apart',
    extension: 'mp4',
    pictureSize: '1920x1080',
    video: [...H264_8M, '-g', '60'],
    enterEarlySeconds: 0,
  },
  'long-gop': {
    what: '1080p30 H.264, MP4, keyframes 10 s apart',
    extension: 'mp4',
    pictureSize: '1920x1080',
    video: [...H264_8M, ...TEN_SECOND_GOP],
    enterEarlySeconds: 0,
  },
  hevc4k: {
    what: '2160p30 HEVC, MP4, open GOPs of up to 250 frames',
    extension: 'mp4',
    pictureSize: '3840x2160',
    video: HEVC_20M,
    enterEarlySeconds: 0,
  },
  ts: {
    what: '1080p30 H.264, MPEG-TS, keyframes 2 s apart',
    extension: 'ts',
    pictureSize: '1920x1080',
    video: [...H264_8M, '-g', '60'],
    // One GOP and a little: plain `-ss` enters at the keyframe behind the place, and drops the frames before it (tried).
    enterEarlySeconds: 2.5,
  },
} as const satisfies Record<string, SourceKind>;

export type SourceKindName = keyof typeof SOURCE_KINDS;

/**
 * A source of a kind, 1080p30 H.264 of about 8 Mb/s where none is named: ten seconds of picture encoded and then repeated, so that long
 * sources are made quickly, and a sound of one piece, whose packets follow each other. `seconds`: a multiple of ten. `path`: ends as
 * the kind's extension says.
 */
export async function makeSourceClip(path: string, seconds: number, kindName: SourceKindName = 'h264'): Promise<void> {
  const kind = SOURCE_KINDS[kindName];
  const part = `${path}.part.mp4`;
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
  const picture = `testsrc2=s=${kind.pictureSize}:r=30:d=${LOOPED_SECONDS},noise=alls=8:allf=t`;
  await execute('ffmpeg', [...quiet, '-f', 'lavfi', '-i', picture, ...kind.video, '-pix_fmt', 'yuv420p', part]);
  const repeat = ['-stream_loop', String(seconds / LOOPED_SECONDS - 1), '-i', part];
  const sound = ['-f', 'lavfi', '-i', `sine=f=330:b=2:r=48000:d=${seconds}`, '-c:v', 'copy', '-c:a', 'aac', '-b:a', '128k', '-ac', '2'];
  const layout = kind.extension === 'mp4' ? ['-movflags', '+faststart'] : [];
  await execute('ffmpeg', [...quiet, ...repeat, ...sound, '-map', '0:v', '-map', '1:a', ...layout, path]);
  await rm(part);
  // What the system writes back later would be measured with whatever is measured first.
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
}
