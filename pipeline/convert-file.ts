import type { Stats } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readCommittedSegments } from './committed-segments.ts';
import { convertSubtitles } from './convert-subtitles.ts';
import { convertToStream } from './convert-to-stream.ts';
import { AppError, toAppError } from './errors.ts';
import type { FfmpegTools } from './ffmpeg/locate.ts';
import { probeSource } from './ffmpeg/probe.ts';
import { quickIdentity } from './ingest/identity.ts';
import type { Log } from './log.ts';
import { measureRendition } from './model/hls/measure-rendition.ts';
import { renderMediaPlaylist } from './model/hls/render-media-playlist.ts';
import { renderMultivariant } from './model/hls/render-multivariant.ts';
import type { TitleText } from './model/hls/text-renditions.ts';
import { planEveryChunk } from './model/missing-chunks.ts';
import { areDispensable, leavingOut, offeredPlan } from './model/offered-plan.ts';
import { type Chunk, findRendition, type Plan } from './model/plan.ts';
import type { PlanSettings } from './model/plan-title.ts';
import { reportStreams } from './model/stream-report.ts';
import { segmentCount } from './model/timeline/segments.ts';
import type { TitleRecord } from './model/title.ts';
import { planSource } from './plan-source.ts';
import { readSeekIndex } from './seek-indexes.ts';
import type { SegmentStore } from './storage/segment-store.ts';

export interface ConvertFileOptions {
  input: string;
  outDir: string;
  /** Opens a store in a folder: the caller names the driver. */
  openStore(root: string): SegmentStore;
  tools: FfmpegTools;
  plan: PlanSettings;
  log: Log;
  signal?: AbortSignal | undefined;
  /** 0..1 */
  onProgress?: ((progress: number) => void) | undefined;
}

export interface ConvertedFile {
  /** Absolute path of the multivariant playlist. */
  playlistPath: string;
  plan: Plan;
}

/** Unfinished work, inside the folder it is for. */
const WORK_FOLDER = '.millrace';
const TITLE_ID = 'title';
const PLAYLIST = 'multivariant.m3u8';
/** Long runs cost least; one that is interrupted loses no finished segment anyway. */
const CHUNK_SEGMENTS = 30;
/** Nobody waits for the plan: a busy machine may take its time. */
const SAMPLING_MS = 60_000;

/**
 * The pipeline into a static folder that any web server can serve: `multivariant.m3u8` and a folder for each rendition.
 * The folder gets its playlists last, so it is whole or has none; started again after an interruption, it goes on.
 *
 * @throws AppError `bad_request` when the folder holds something else, and what the probe and convertToStream throw.
 */
export async function convertFile(options: ConvertFileOptions): Promise<ConvertedFile> {
  const { tools, log, signal } = options;
  const path = resolve(options.input);
  const outDir = resolve(options.outDir);
  const workDir = join(outDir, WORK_FOLDER);
  const found = await examineInput(path);
  await claimFolder(outDir);
  const store = options.openStore(workDir);
  let { title, plan } = (await resume(store, path, outDir)) ?? (await begin(store, path, found, options));
  if (!title.sourceInfo) throw new AppError('internal', 'The work folder lacks the facts of its source.');

  const info = title.sourceInfo;
  const source = { path, info };
  plan = offeredPlan(plan, title);
  const total = segmentCount(plan.timeline) * plan.renditions.length;
  const committed = await readCommittedSegments(store, plan);
  const keyframeBefore = await readSeekIndex(path, title.sourceInfo, { tools, log, signal });
  let done = [...committed.values()].reduce((sum, segments) => sum + segments.size, 0);
  const { rest, further } = planEveryChunk(plan, committed, CHUNK_SEGMENTS);
  for (const chunk of [...rest, ...further]) {
    const committer = {
      async commitInit(renditionId: string, bytes: Uint8Array) {
        if ((await store.putInit(TITLE_ID, renditionId, bytes)) !== 'conflict') return;
        throw new AppError('encoder_mismatch', 'The folder was begun by another encoder. Remove it and start again.');
      },
      async commitSegment(renditionId: string, segment: number, bytes: Uint8Array) {
        await store.putSegment(TITLE_ID, renditionId, segment, bytes);
        done += 1;
        options.onProgress?.(done / total);
      },
    };
    try {
      await convertToStream({ source, plan, chunk, keyframeBefore }, committer, { tools, log, signal });
    } catch (error) {
      if (isWithoutIframes(plan, chunk, error)) {
        log.warn({ err: error }, 'the I-frames cannot be made: it goes on without them');
        title = leavingOut(title, chunk.renditionIds);
        await store.writeTitle(title);
        continue;
      }
      if (toAppError(error).code !== 'not_copyable' || title.isCopyRefused) throw error;
      log.warn({ err: error }, 'the pictures cannot be copied: all begins again, and they are encoded');
      await rm(workDir, { recursive: true });
      await begin(store, path, found, options, true);
      return convertFile(options);
    }
  }
  const text = await convertSubtitles({ path, info, plan, store, outDir, workDir }, { tools, log, signal });
  return publish(store, offeredPlan(plan, title), text, outDir, workDir);
}

/** What may be tried again, or was called off, says nothing of the I-frames. */
function isWithoutIframes(plan: Plan, { renditionIds }: Chunk, thrown: unknown): boolean {
  const { code, retryable } = toAppError(thrown);
  return !retryable && code !== 'cancelled' && areDispensable(renditionIds.map((id) => findRendition(plan, id)));
}

/** Before anything is made: a slip in the name leaves no folder behind. */
async function examineInput(path: string): Promise<Stats> {
  const found = await stat(path).catch((error: unknown) => {
    throw new AppError('source_missing', `There is no file ${path}.`, { cause: error });
  });
  if (!found.isFile()) throw new AppError('source_unreadable', `${path} is not a file. Name the film itself.`);
  if (found.size === 0) throw new AppError('source_empty', 'The file is empty. Copy it again from where it came from.');
  return found;
}

/** The folder is new, empty, or our own unfinished work. */
async function claimFolder(outDir: string): Promise<void> {
  const names = await mkdir(outDir, { recursive: true }).then(
    () => readdir(outDir),
    (error: unknown) => {
      throw new AppError('bad_request', `The folder ${outDir} cannot be made: ${(error as Error).message}.`, { cause: error });
    },
  );
  if (names.length === 0 || names.includes(WORK_FOLDER)) return;
  throw new AppError('bad_request', `The folder ${outDir} is not empty. Name a new one, so that nothing in it is overwritten.`);
}

/** What an interrupted run has left, back in its work folder should it have been publishing. */
async function resume(store: SegmentStore, path: string, outDir: string): Promise<{ title: TitleRecord; plan: Plan } | undefined> {
  const [title, plan] = [await store.readTitle(TITLE_ID), await store.readPlan(TITLE_ID)];
  if (!title || !plan) return undefined;
  if (title.source.identity !== (await quickIdentity(path))) {
    throw new AppError('bad_request', `The folder was begun with another file, ${title.source.originalName}. Name a new one.`);
  }
  await rm(join(outDir, PLAYLIST), { force: true });
  for (const { id } of plan.renditions) await rename(join(outDir, id), join(outDir, WORK_FOLDER, TITLE_ID, id)).catch(() => undefined);
  return { title, plan };
}

async function begin(
  store: SegmentStore,
  path: string,
  found: Stats,
  options: ConvertFileOptions,
  isCopyRefused = false,
): Promise<{ title: TitleRecord; plan: Plan }> {
  const { tools, log, signal } = options;
  const sourceInfo = await probeSource(path, { tools, log, signal });
  const plan = await planSource(
    { titleId: TITLE_ID, revision: 0, path, info: sourceInfo, settings: options.plan, isCopyRefused, samplingMs: SAMPLING_MS },
    { tools, log, signal },
  );
  const originalName = basename(path).normalize('NFC');
  const title: TitleRecord = {
    version: 1,
    id: TITLE_ID,
    name: originalName,
    kind: 'file',
    createdAtMs: found.mtimeMs,
    source: { path, originalName, sizeBytes: found.size, identity: await quickIdentity(path) },
    sourceInfo,
    planRevision: 0,
    report: reportStreams(sourceInfo, plan),
    ...(isCopyRefused ? { isCopyRefused } : {}),
  };
  await store.writeTitle(title);
  await store.writePlan(plan);
  return { title, plan };
}

/** Renditions move into place, then media playlists, then the multivariant playlist: whoever sees it sees all. */
async function publish(store: SegmentStore, plan: Plan, text: TitleText, outDir: string, workDir: string): Promise<ConvertedFile> {
  const measured = new Map<string, NonNullable<ReturnType<typeof measureRendition>>>();
  for (const rendition of plan.renditions) {
    const bandwidth = measureRendition(plan.timeline, rendition, await store.listSegments(TITLE_ID, rendition.id));
    if (bandwidth) measured.set(rendition.id, bandwidth);
    await writeFile(join(workDir, TITLE_ID, rendition.id, 'media.m3u8'), renderMediaPlaylist(plan, rendition));
  }
  for (const { id } of plan.renditions) await rename(join(workDir, TITLE_ID, id), join(outDir, id));
  const playlistPath = join(outDir, PLAYLIST);
  await writeFile(join(workDir, PLAYLIST), renderMultivariant(plan, measured, text));
  await rename(join(workDir, PLAYLIST), playlistPath);
  await rm(workDir, { recursive: true });
  return { playlistPath, plan };
}
