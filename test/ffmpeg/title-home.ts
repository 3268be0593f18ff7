import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { openSqliteCatalogue } from '../../pipeline/catalogue/sqlite-catalogue.ts';
import { createLocalEventBus, type PipelineEvent } from '../../pipeline/event-bus.ts';
import { type FfmpegTools, locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { createFailures } from '../../pipeline/ingest/fail.ts';
import { quickIdentity } from '../../pipeline/ingest/identity.ts';
import { createLog } from '../../pipeline/log.ts';
import { parseFragments, presentationTimes } from '../../pipeline/model/mp4/fragment.ts';
import type { PlanSettings } from '../../pipeline/model/plan-title.ts';
import type { TitleRecord } from '../../pipeline/model/title.ts';
import { createMovieTables } from '../../pipeline/movie-tables.ts';
import { createTitlePreparer } from '../../pipeline/prepare-title.ts';
import { openSqliteChunkQueue } from '../../pipeline/queue/sqlite-chunk-queue.ts';
import { createSeekIndexes } from '../../pipeline/seek-indexes.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import type { SegmentStore } from '../../pipeline/storage/segment-store.ts';
import { startWorkEngine, type WorkEngineSettings } from '../../pipeline/work-engine.ts';
import { makeClip } from './make-clip.ts';

export const silentLog = createLog('silent');

let located: Promise<FfmpegTools> | undefined;

export function findTools(): Promise<FfmpegTools> {
  located ??= locateFfmpeg({ log: silentLog });
  return located;
}

/** One rung and a sound, segments of a second: many chunks in little time. */
export const SMALL_PLAN: PlanSettings = {
  ladder: { rungs: [90], preset: 'superfast', crf: 35 },
  timeline: { segmentSeconds: 1, rampSeconds: [], keyframeSeconds: 1 },
};

/** A moving picture with a tone, a keyframe every second. */
export async function makeFilm(path: string, seconds: number, toneHz = 440): Promise<void> {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=160x90:rate=10:duration=${seconds}`];
  const sound = ['-f', 'lavfi', '-i', `sine=${toneHz}:duration=${seconds}`];
  await makeClip(
    ...picture,
    ...sound,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '10',
    '-c:a',
    'aac',
    '-movflags',
    '+faststart',
    path,
  );
}

/** A media home in a folder of its own, removed with the test. Until then, temporary folders are made in its `tmp`. */
export async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'mr-home-'));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(home, { recursive: true, force: true });
  });
  for (const name of ['originals', 'streams', 'failed', 'tmp']) await mkdir(join(home, name));
  vi.stubEnv('TMPDIR', join(home, 'tmp'));
  return home;
}

export interface OpenOptions extends Partial<Pick<WorkEngineSettings, 'chunkSeconds' | 'heartbeatMs' | 'leadSegments' | 'idleMs'>> {
  encoders?: number;
  cores?: number;
  plan?: PlanSettings;
  /** How long a title rests that cannot be prepared, or goes on for now. */
  restMs?: number;
  probeTimeoutMs?: number;
  tools?: Partial<FfmpegTools>;
  /** The clock that leases are measured by. */
  nowMs?: () => number;
  /** Stands between the pipeline and the real store. */
  wrapStore?: (store: SegmentStore) => SegmentStore;
  waitMs?: number;
  maxBytes?: number;
  /** The clock that viewers are forgotten by. */
  boardNowMs?: () => number;
  isBackgroundOff?: boolean;
}

export type OpenHome = Awaited<ReturnType<typeof openHome>>;

/** All that encodes, on the real drivers, as the composition wires it; opening twice is two processes' worth. Closed with the test. */
export async function openHome(home: string, options: OpenOptions = {}) {
  const log = silentLog;
  const tools = { ...(await findTools()), ...options.tools };
  const events: PipelineEvent[] = [];
  const bus = createLocalEventBus((error) => {
    throw error;
  });
  bus.subscribe((event) => events.push(event));
  const wrap = options.wrapStore ?? ((store: SegmentStore) => store);
  const putTwice: string[] = [];
  const store = wrap(witnessTwice(createFsSegmentStore({ root: join(home, 'streams') }), putTwice));
  const catalogue = await openSqliteCatalogue({ path: join(home, 'catalogue.sqlite') });
  const clock = options.nowMs ? { nowMs: options.nowMs } : {};
  const queue = await openSqliteChunkQueue({ path: join(home, 'queue.sqlite'), ...clock });
  const { failTitle } = createFailures({ mediaDir: home, store, catalogue, log, bus });
  const seekIndexes = createSeekIndexes({ mediaDir: home, tools, log });
  const engine = await startWorkEngine({
    ...{ mediaDir: home, store, catalogue, queue, bus, tools, seekIndexes, log },
    movieTables: createMovieTables(),
    backgroundTools: tools,
    chunkSeconds: options.chunkSeconds ?? 3,
    capacity: { cores: options.cores ?? 2, encoders: options.encoders ?? 1 },
    leadSegments: options.leadSegments ?? 3,
    idleMs: options.idleMs ?? 60_000,
    doubtMs: 5_000,
    waitMs: options.waitMs ?? 100_000,
    maxBytes: options.maxBytes,
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
    ...(options.restMs === undefined ? {} : { restMs: options.restMs }),
    background: { path: join(home, 'background.json'), isOff: options.isBackgroundOff ?? false },
    ...(options.boardNowMs === undefined ? {} : { nowMs: options.boardNowMs }),
    onTitleFailed: failTitle,
  });
  const scheduler = engine;
  const preparer = createTitlePreparer({
    ...{ mediaDir: home, store, catalogue, bus, tools, backgroundTools: tools, background: engine.background, log, scheduler, failTitle },
    plan: options.plan ?? SMALL_PLAN,
    ...(options.restMs === undefined ? {} : { restMs: options.restMs }),
    ...(options.probeTimeoutMs === undefined ? {} : { probeTimeoutMs: options.probeTimeoutMs }),
  });

  let closed: Promise<void> | undefined;
  function close(): Promise<void> {
    closed ??= (async () => {
      await preparer.close();
      await scheduler.close();
      await seekIndexes.close();
      await queue.close();
      await catalogue.close();
    })();
    return closed;
  }
  onTestFinished(close);

  /** The first event, past or to come, that is wanted. */
  function waitFor(isWanted: (event: PipelineEvent) => boolean): Promise<PipelineEvent> {
    const past = events.find(isWanted);
    if (past) return Promise.resolve(past);
    return new Promise((resolve) => {
      const unsubscribe = bus.subscribe((event) => {
        if (!isWanted(event)) return;
        unsubscribe();
        resolve(event);
      });
    });
  }

  /** A title of a clip, as ingest leaves it. */
  async function addTitle(clip: string, id: string): Promise<TitleRecord> {
    const path = `originals/${id}/film${extname(clip)}`;
    await mkdir(join(home, 'originals', id), { recursive: true });
    await copyFile(clip, join(home, path));
    const record: TitleRecord = {
      version: 1,
      id,
      name: id,
      kind: 'file',
      createdAtMs: 0,
      source: { path, originalName: `${id}${extname(clip)}`, sizeBytes: (await stat(clip)).size, identity: await quickIdentity(clip) },
      report: [],
    };
    await store.writeTitle(record);
    await catalogue.putTitle(record, 'waiting', null, 0);
    return record;
  }

  return {
    ...{ home, store, catalogue, queue, bus, events, scheduler, preparer, seekIndexes, failTitle, putTwice, addTitle, waitFor, close },
    engine,
    waitForFile: engine.waitForFile,
    titleIs: (id: string, state: string) => waitFor((event) => event.type === 'title' && event.titleId === id && event.state === state),
    async removeTitle(id: string) {
      await preparer.dropTitle(id);
      await scheduler.dropTitle(id);
      await rm(join(home, 'originals', id), { recursive: true, force: true });
      await store.removeTitle(id);
      await catalogue.removeTitle(id);
      bus.publish({ type: 'title-removed', titleId: id });
    },
  };
}

/** Notes the segments that were put although they were there. */
function witnessTwice(store: SegmentStore, putTwice: string[]): SegmentStore {
  return {
    ...store,
    async putSegment(titleId, renditionId, segment, bytes) {
      const outcome = await store.putSegment(titleId, renditionId, segment, bytes);
      if (outcome === 'exists') putTwice.push(`${titleId}/${renditionId}/${segment}`);
      return outcome;
    },
  };
}

/** Where each segment of a title lies on the disk, and since when: unchanged as long as nobody writes it again. */
export async function segmentFiles(home: string, titleId: string): Promise<Map<string, string>> {
  const folder = join(home, 'streams', titleId);
  const files = new Map<string, string>();
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.m4s')) continue;
    const { ino, mtimeMs } = await stat(join(folder, name));
    files.set(name, `${ino} ${mtimeMs}`);
  }
  return files;
}

/** Command lines of living processes that name a place. */
export async function processesNaming(place: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')));
  return lines.filter((line) => line.includes(place) && /ffmpeg|ffprobe/.test(line));
}

/** Presentation times of what segments hold, in ticks of the rendition's timescale, ascending. */
export async function presentedTicks(store: SegmentStore, titleId: string, renditionId: string): Promise<number[]> {
  const times: number[] = [];
  for (const { segment } of await store.listSegments(titleId, renditionId)) {
    const bytes = await store.readFile(titleId, renditionId, `${segment}.m4s`);
    for (const fragment of parseFragments(bytes!)) {
      times.push(...presentationTimes(fragment).map(({ ticks }) => ticks));
    }
  }
  return times.sort((a, b) => a - b);
}
