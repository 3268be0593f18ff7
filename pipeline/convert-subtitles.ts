import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from './errors.ts';
import { createLocalEventBus } from './event-bus.ts';
import type { RunEnvironment } from './ffmpeg/run-chunk.ts';
import { readSubtitleFile } from './ingest/read-subtitle-file.ts';
import { filmStem, isSubtitleName, readSubtitleName } from './ingest/subtitle-name.ts';
import { renderSubtitlePlaylist, renderSubtitleSegment, subtitleSegmentName } from './model/hls/subtitle-playlist.ts';
import type { TitleText } from './model/hls/text-renditions.ts';
import type { Plan } from './model/plan.ts';
import { revisedId } from './model/revised-id.ts';
import type { SourceInfo } from './model/source-info.ts';
import { trackAsset } from './model/text/subtitle-document.ts';
import { segmentCount } from './model/timeline/segments.ts';
import type { SegmentStore } from './storage/segment-store.ts';
import { createSubtitleDocuments } from './text/subtitle-documents.ts';
import { createSubtitleTexts } from './text/subtitle-texts.ts';
import { readTitleText } from './text/title-text.ts';

export interface StaticSubtitles {
  /** Absolute path of the film. */
  path: string;
  info: SourceInfo;
  plan: Plan;
  store: SegmentStore;
  /** Gets a folder for each track, whole or not at all. */
  outDir: string;
  workDir: string;
}

/** The subtitles within a film and those of its name beside it, as files for any web server. Answers what they are. */
export async function convertSubtitles(film: StaticSubtitles, environment: RunEnvironment): Promise<TitleText> {
  const { path, plan, store, outDir, workDir } = film;
  const { tools, log } = environment;
  const { titleId } = plan;
  const documents = createSubtitleDocuments(store);
  const files = await readFilesBeside(film, environment);
  for (const { track, vtt } of files) await store.putAsset(titleId, trackAsset(track.id), vtt);
  await documents.change(titleId, (document) => ({ ...document, files: files.map(({ track }) => track) }));
  const texts = createSubtitleTexts({ mediaDir: dirname(path), store, documents, bus: createLocalEventBus(() => {}), tools, log });
  try {
    const text = await readTitleText(store, titleId);
    for (const { id } of text.tracks) {
      const cues = (await texts.readCues(titleId, id, environment.signal ?? new AbortController().signal)) ?? [];
      const folder = join(workDir, id);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'media.m3u8'), renderSubtitlePlaylist(plan.timeline));
      for (let segment = 0; segment < segmentCount(plan.timeline); segment++) {
        await writeFile(join(folder, subtitleSegmentName(segment)), renderSubtitleSegment(plan.timeline, cues, segment));
      }
      const published = join(outDir, revisedId(id, plan.revision));
      await rm(published, { recursive: true, force: true });
      await rename(folder, published);
    }
    return text;
  } catch (error) {
    throw environment.signal?.aborted ? new AppError('cancelled', 'The work was cancelled.', { cause: error }) : error;
  } finally {
    await texts.close();
  }
}

/** A file that cannot be read as subtitles keeps no film from being converted. */
async function readFilesBeside({ path, info }: StaticSubtitles, { log }: RunEnvironment) {
  const stem = filmStem(basename(path));
  const found: Awaited<ReturnType<typeof readSubtitleFile>> = [];
  for (const name of (await readdir(dirname(path))).filter(isSubtitleName).sort()) {
    const reading = readSubtitleName(name).find((candidate) => candidate.stem === stem);
    if (!reading) continue;
    try {
      found.push(...(await readSubtitleFile(join(dirname(path), name), name.normalize('NFC'), reading, info)));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn({ name, err: error }, 'a subtitle file beside the film is left out');
    }
  }
  return found;
}
