import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ChunkSource, pictureOnly } from '../../../pipeline/ffmpeg/chunk-command.ts';
import { deinterlaceFilters } from '../../../pipeline/ffmpeg/field-filters.ts';
import type { FfmpegTools } from '../../../pipeline/ffmpeg/locate.ts';
import { pictureFilters } from '../../../pipeline/ffmpeg/picture-filters.ts';
import type { PictureSize } from '../../../pipeline/model/ladder/picture-size.ts';
import type { Plan } from '../../../pipeline/model/plan.ts';

/**
 * SSIM of the brightness of each picture of a converted folder, in the plan's order, mean over all frames: scaled to `size`, against
 * the source as an encoder of that size gets it. Frames are compared in their order.
 */
export async function measureSsim(
  source: ChunkSource,
  plan: Plan,
  size: PictureSize,
  folder: string,
  tools: FfmpegTools,
): Promise<number[]> {
  const rungs = plan.renditions.filter((rendition) => rendition.kind === 'video');
  const { video } = source.info;
  if (!video) return [];
  const inputs = rungs.flatMap(({ id }) => ['-i', join(folder, id, 'media.m3u8')]);
  const original = [...deinterlaceFilters(video), pictureFilters(video, size), 'settb=AVTB', 'setpts=N', `split=${rungs.length}`].join(',');
  const graph = [
    `[${rungs.length}:${video.index}]${original}${rungs.map((_, index) => `[r${index}]`).join('')}`,
    ...rungs.map(
      (_, index) =>
        `[${index}:v]settb=AVTB,setpts=N,scale=${size.width}:${size.height}:flags=bicubic[d${index}];[d${index}][r${index}]ssim@rung${index}[o${index}]`,
    ),
  ].join(';');
  const outputs = rungs.flatMap((_, index) => ['-map', `[o${index}]`, '-fps_mode', 'passthrough', '-f', 'null', '-']);
  const { stderr } = await promisify(execFile)(
    tools.ffmpegPath,
    ['-hide_banner', '-nostdin', '-nostats', ...inputs, ...pictureOnly(video), '-i', source.path, '-filter_complex', graph, ...outputs],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const ssims: number[] = [];
  for (const [, rung, ssim] of stderr.matchAll(/\[ssim@rung(\d+) @ \w+\] SSIM Y:([\d.]+)/g)) ssims[Number(rung)] = Number(ssim);
  return ssims;
}
