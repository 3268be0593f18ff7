import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { INPUT_LIMITS } from '../../pipeline/ffmpeg/ffprobe-command.ts';
import { PICTURE_SIDE, type ReferenceFrame } from './compare-pictures.ts';

const PICTURE_BYTES = PICTURE_SIDE ** 2;
const DAMAGE = /error while decoding|concealing|[Ii]nvalid data found/;

/**
 * What a bare ffmpeg sees in a stream, as small pictures; as far as it gets. None of a stream that is damaged: what a decoder
 * makes of it depends on where it enters.
 */
export async function decodeReference(path: string, streamIndex: number, signal: AbortSignal): Promise<ReferenceFrame[]> {
  const picture = `showinfo,scale=${PICTURE_SIDE}:${PICTURE_SIDE}:flags=area,format=gray`;
  const input = ['-hide_banner', '-nostdin', '-nostats', ...INPUT_LIMITS, '-i', `file:${path}`];
  const args = [...input, '-map', `0:${streamIndex}`, '-vf', picture, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-'];
  const options = { encoding: 'buffer', maxBuffer: 512 * 1024 * 1024, signal } as const;
  // A damaged file ends with an error after the pictures it has.
  const { stdout, stderr } = await promisify(execFile)('ffmpeg', args, options).catch(
    (error: { stdout?: Buffer; stderr?: Buffer }) => error,
  );
  const said = stderr?.toString('latin1') ?? '';
  return DAMAGE.test(said) ? [] : pairPictures(parseShowinfo(said), stdout ?? Buffer.alloc(0));
}

export interface FrameFacts {
  seconds: number;
  aspect: number;
}

/** The lines that the showinfo filter prints for its frames. */
export function parseShowinfo(text: string): FrameFacts[] {
  const frames = text.matchAll(/ pts_time:(\S+) .* sar:(\d+)\/(\d+) s:(\d+)x(\d+) /g);
  return [...frames].map(([, time, sarWidth, sarHeight, width, height]) => ({
    seconds: Number(time),
    aspect: (Number(width) * (Number(sarWidth) || 1)) / (Number(height) * (Number(sarHeight) || 1)),
  }));
}

function pairPictures(facts: readonly FrameFacts[], bytes: Buffer): ReferenceFrame[] {
  const start = facts[0]?.seconds ?? 0;
  const count = Math.min(facts.length, Math.floor(bytes.length / PICTURE_BYTES));
  return facts.slice(0, count).map(({ seconds, aspect }, index) => ({
    seconds: seconds - start,
    aspect,
    luma: [...bytes.subarray(index * PICTURE_BYTES, (index + 1) * PICTURE_BYTES)],
  }));
}
