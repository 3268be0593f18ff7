import { execFile } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../errors.ts';
import { parseCapabilityListing } from './capabilities.ts';
import { onLifeline } from './lifeline.ts';
import type { FfmpegTools } from './locate.ts';

export interface SampleClipOptions {
  tools: FfmpegTools;
  /** Where the finished clip appears, whole: an .mp4. Its folder is made when it is not there. */
  outPath: string;
  signal?: AbortSignal | undefined;
}

const SECONDS = 20;
const execute = promisify(execFile);

/**
 * Makes the clip that a new library starts with: 720p30 with sound, a running clock where the build can draw text.
 *
 * @throws AppError `ffmpeg_failed`, `cancelled`; nothing is left at `outPath`.
 */
export async function makeSampleClip({ tools, outPath, signal }: SampleClipOptions): Promise<void> {
  // Hidden, so the drop folder never takes half a clip; always the same, so what a kill has left is written over.
  const partPath = join(dirname(outPath), `.${basename(outPath)}.part`);
  await mkdir(dirname(outPath), { recursive: true });
  try {
    await encode(tools, partPath, await canDrawText(tools), signal);
    await rename(partPath, outPath);
  } finally {
    await rm(partPath, { force: true });
  }
}

async function encode(tools: FfmpegTools, path: string, withText: boolean, signal: AbortSignal | undefined): Promise<void> {
  try {
    const { command, args } = onLifeline(tools.lifeline, tools.ffmpegPath, sampleClipArgs(path, withText));
    await execute(command, args, { ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw new AppError('cancelled', 'The sample clip was cancelled.', { cause: error });
    // A build that can draw text may still find no font to draw it with.
    if (withText) return encode(tools, path, false, signal);
    const stderr = (error as { stderr?: string }).stderr;
    throw new AppError('ffmpeg_failed', 'The sample clip could not be made.', { cause: error, details: { stderr } });
  }
}

async function canDrawText(tools: FfmpegTools): Promise<boolean> {
  const { stdout } = await execute(tools.ffmpegPath, ['-hide_banner', '-filters'], { maxBuffer: 16 * 1024 * 1024 });
  return parseCapabilityListing('filters', stdout).has('drawtext');
}

/** Pure. A slowly turning gradient, drawn small since it is smooth, under a chord that breathes. */
export function sampleClipArgs(path: string, withText: boolean): string[] {
  const gradient =
    `gradients=size=320x180:rate=30:duration=${SECONDS}:speed=0.06:nb_colors=4` +
    ':c0=0x0b132b:c1=0x1c5d99:c2=0x5bc0be:c3=0xf4a259:x0=40:y0=20:x1=280:y1=160';
  const picture = ['format=yuv420p', 'scale=1280:720:flags=bicubic', ...(withText ? TEXT : [])];
  const chord = `aevalsrc='${CHANNELS.map(renderChannel).join('|')}':s=48000:d=${SECONDS}`;
  const sound = ['afade=in:d=1', `afade=out:st=${SECONDS - 2}:d=2`];
  return [
    ...['-nostdin', '-y', '-v', 'error'],
    ...['-f', 'lavfi', '-i', gradient, '-f', 'lavfi', '-i', chord],
    ...['-filter_complex', `[0:v]${picture.join(',')}[v];[1:a]${sound.join(',')}[a]`, '-map', '[v]', '-map', '[a]'],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-crf', '20', '-g', '60', '-c:a', 'aac', '-b:a', '128k'],
    ...['-metadata', 'title=Sample clip', '-movflags', '+faststart', '-f', 'mp4', path],
  ];
}

const TEXT = [
  'drawtext=text=Millrace:fontsize=132:fontcolor=white@0.92:x=(w-tw)/2+40*sin(t*0.7):y=(h-th)/2-50:shadowx=3:shadowy=3:shadowcolor=black@0.35',
  "drawtext=text='%{pts\\:hms}':fontsize=54:fontcolor=white@0.85:x=(w-tw)/2:y=h/2+70",
];

/** Per channel, the notes: frequency in Hz and how slowly it swells and fades, in Hz. Slightly apart, which makes the room. */
const CHANNELS = [
  [
    [220, 0.1],
    [277.18, 0.13],
    [329.63, 0.17],
  ],
  [
    [220.4, 0.11],
    [277.5, 0.15],
    [415.3, 0.07],
  ],
] as const;

function renderChannel(notes: (typeof CHANNELS)[number]): string {
  return notes.map(([hertz, swell], n) => `0.09*sin(2*PI*${hertz}*t)*(0.6+0.4*sin(2*PI*${swell}*t+${n}))`).join('+');
}
