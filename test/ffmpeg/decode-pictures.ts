import { readFile, writeFile } from 'node:fs/promises';
import { type Committed, ffmpegOutput, type Prepared, renditionsOf, writeRendition } from './convert-harness.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/** Decoded frames, as a player that goes by the stream's own colour tags shows them. */
export interface Pictures {
  width: number;
  height: number;
  /** 8 bits each of red, green and blue, frame after frame. */
  bytes: Uint8Array;
}

/** All frames of the first rung, by way of a file at `path`. */
export async function decodeTopRung({ plan }: Prepared, committed: Committed, path: string): Promise<Pictures> {
  const rung = renditionsOf(plan, 'video')[0]!;
  await writeRendition(plan, committed, rung.id, path);
  return { width: rung.width, height: rung.height, bytes: await decodeRgb(path) };
}

export function decodeRgb(path: string): Promise<Uint8Array> {
  const toRgb = 'scale=flags=accurate_rnd+full_chroma_int,format=rgb24';
  return ffmpegOutput('-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', '-vf', toRgb, '-f', 'rawvideo', '-');
}

/** The pixel at a share of the first frame's width and height. */
export function pixelAt({ width, height, bytes }: Pictures, x: number, y: number): Rgb {
  const start = 3 * (Math.floor(y * height) * width + Math.floor(x * width));
  return [bytes[start]!, bytes[start + 1]!, bytes[start + 2]!];
}

/** The largest difference of any component. */
export function colorDistance(a: Rgb, b: Rgb): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

/** Writes a display matrix (a b, c d) over that of an MP4's only track. */
export async function writeDisplayMatrix(path: string, [a, b, c, d]: readonly number[]): Promise<void> {
  const bytes = await readFile(path);
  const matrixStart = bytes.indexOf('tkhd') + 4 + 40;
  [a, b, 0, c, d].forEach((value, index) => void bytes.writeInt32BE((value ?? 0) * 0x10000, matrixStart + 4 * index));
  await writeFile(path, bytes);
}
