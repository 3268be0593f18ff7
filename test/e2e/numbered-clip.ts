import { makeClip } from '../ffmpeg/make-clip.ts';

export interface NumberedClip {
  seconds: number;
  /** 16:9. */
  height: number;
  /** As ffmpeg takes it: `25`, `30000/1001`. */
  frameRate: string;
  /** Further arguments of the encoder: B-frames, keyframes. */
  videoArgs?: string[];
}

/** Blocks of the strip, from the left: the bits of the frame's number, the lowest first. */
export const NUMBER_BITS = 15;
/** Of the picture's width, square. */
export const BLOCK_SHARE = 1 / 20;

/** The tone rises evenly, and begins anew after so many seconds: its height tells the time. */
export const SWEEP = { seconds: 5, fromHertz: 500, hertzPerSecond: 800 } as const;

/**
 * A clip that says what is shown and heard: over a moving picture, a strip of black and white blocks spells the number of
 * each frame, legible on every rung; the sound is a rising tone (SWEEP).
 */
export async function makeNumberedClip(path: string, { seconds, height, frameRate, videoArgs = [] }: NumberedClip): Promise<void> {
  const width = (height * 16) / 9;
  const block = width * BLOCK_SHARE;
  const blocks = Array.from(
    { length: NUMBER_BITS },
    (_, bit) => `drawbox=${bit * block}:0:${block}:${block}:white:fill:enable='bitand(n,${2 ** bit})'`,
  );
  const strip = [`drawbox=0:0:iw:${block}:black:fill`, ...blocks, 'format=yuv420p'].join(',');
  await makeClip(
    ...['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${frameRate}:duration=${seconds}`],
    ...[
      '-f',
      'lavfi',
      '-i',
      `aevalsrc='0.3*sin(2*PI*(${SWEEP.fromHertz}*mod(t,${SWEEP.seconds})+${SWEEP.hertzPerSecond / 2}*pow(mod(t,${SWEEP.seconds}),2)))':s=48000:d=${seconds}`,
    ],
    ...['-vf', strip, '-c:v', 'libx264', '-preset', 'ultrafast', ...videoArgs, '-c:a', 'aac', '-movflags', '+faststart', path],
  );
}
