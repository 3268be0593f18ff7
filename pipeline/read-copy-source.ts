import { open } from 'node:fs/promises';
import { readMovieBox } from './ffmpeg/read-movie-box.ts';
import type { CopySource } from './model/copy/copy-source.ts';
import { isIdrSample } from './model/mp4/avc-sample.ts';
import { BoxError } from './model/mp4/box.ts';
import { type MovieTrack, readMovieTrack } from './model/mp4/movie-track.ts';
import type { SourceInfo } from './model/source-info.ts';
import { readBytes } from './read-bytes.ts';

/** Keyframes that are looked at before anything is planned. */
const KEYFRAMES_LOOKED_AT = 16;

/** The tables of a movie's H.264 and AAC, by stream index. Those that we make no sense of are missing. Throws what the file system does. */
export async function readMovieTracks(path: string, { formatNames, video, audio }: SourceInfo): Promise<Map<number, MovieTrack>> {
  const tracks = new Map<number, MovieTrack>();
  const box = formatNames.includes('mov') ? await unlessMalformed(() => readMovieBox(path)) : undefined;
  if (!box) return tracks;
  // Not as a Buffer, whose slices hold on to all of it.
  const movie = new Uint8Array(box.buffer, box.byteOffset, box.length);
  for (const stream of [...(video?.codec === 'h264' ? [video] : []), ...audio.filter(({ codec }) => codec === 'aac')]) {
    const track = await unlessMalformed(async () => readMovieTrack(movie, stream.index));
    if (track) tracks.set(stream.index, track);
  }
  return tracks;
}

/** What decides whether the streams of a source can be copied: its tables, and a look at some of its keyframes. Throws what the file system does. */
export async function readCopySource(path: string, info: SourceInfo): Promise<CopySource> {
  const tracks = await readMovieTracks(path, info);
  const picture = info.video && tracks.get(info.video.index);
  const areKeyframesSound = picture?.avc !== undefined && (await haveSoundKeyframes(path, picture, info.sizeBytes));
  return { sizeBytes: info.sizeBytes, tracks, areKeyframesSound };
}

async function haveSoundKeyframes(path: string, { samples, avc }: MovieTrack, sizeBytes: number): Promise<boolean> {
  const keyframes = samples.syncSamples ?? new Uint32Array();
  if (!avc || keyframes.length === 0) return false;
  const step = Math.max(1, keyframes.length / KEYFRAMES_LOOKED_AT);
  const chosen = keyframes.filter((_, index) => index % step < 1);
  const file = await open(path, 'r');
  try {
    for (const sample of chosen) {
      const [offset, size] = [samples.offsets[sample], samples.sizes[sample]];
      if (offset === undefined || size === undefined || offset + size > sizeBytes) return false;
      const data = await readBytes(file, offset, size);
      if (!(await unlessMalformed(async () => isIdrSample(data, avc)))) return false;
    }
    return true;
  } finally {
    await file.close();
  }
}

/** What decoders make sense of and we do not is encoded. */
async function unlessMalformed<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BoxError) return undefined;
    throw error;
  }
}
