import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Catalogue } from './catalogue/catalogue.ts';
import { deriveState } from './catalogue/derive-state.ts';
import { tellTitle } from './catalogue/tell-title.ts';
import { type AppError, toAppError } from './errors.ts';
import type { ChunkSource } from './ffmpeg/chunk-command.ts';
import { extractCover } from './ffmpeg/extract-cover.ts';
import type { FfmpegTools } from './ffmpeg/locate.ts';
import { makePoster } from './ffmpeg/make-poster.ts';
import { makeStoryboard } from './ffmpeg/make-storyboard.ts';
import { measureWaveform } from './ffmpeg/measure-waveform.ts';
import { probeSource } from './ffmpeg/probe.ts';
import type { Log } from './log.ts';
import type { Plan } from './model/plan.ts';
import type { PlanSettings } from './model/plan-title.ts';
import { isOfGap } from './model/report-gaps.ts';
import type { SourceInfo } from './model/source-info.ts';
import { renderStoryboard, sheetName } from './model/storyboard.ts';
import { reportStreams } from './model/stream-report.ts';
import type { TitleRecord } from './model/title.ts';
import type { SideWork } from './model/work/side-work.ts';
import { planSource } from './plan-source.ts';
import type { Scheduler } from './scheduler.ts';
import { runSideWork, type SideWorkEnvironment, type SideWorkSettings } from './side-work.ts';
import type { SegmentStore } from './storage/segment-store.ts';
import { createTurns, type TakeTurns } from './take-turns.ts';
import { missingAssets, POSTER, STORYBOARD, WAVEFORM } from './title-assets.ts';

/** A hundred files dropped together are not probed together. */
const PROBES_AT_ONCE = 2;
const DEFAULT_REST_MS = 10_000;
/** Who waited for the first segment has a browser that now starts to decode it. */
const FIRST_FRAME_MS = 1_000;
/** A source that took too long to read may be on a busy disk; or it has no end, and keeps others from being probed. */
const MOST_SLOW_READS = 3;

export interface TitlePreparerSettings extends SideWorkSettings {
  mediaDir: string;
  store: SegmentStore;
  catalogue: Catalogue;
  tools: FfmpegTools;
  log: Log;
  plan: PlanSettings;
  scheduler: Pick<Scheduler, 'scheduleTitle' | 'dropTitle'>;
  /** How long a title rests that could not be prepared for want of something that may come back. Default 10 s. */
  restMs?: number;
  /** How long one run of ffprobe may take: see FfprobeOptions. */
  probeTimeoutMs?: number;
  /** Keeps what failed, with its reason. */
  failTitle(titleId: string, error: AppError): Promise<void>;
}

export interface TitlePreparer {
  /**
   * Probe → plan → published → queued. Where a plan stands already, only what is missing is queued; where that plan is for
   * another encoder and not finished, a new revision is made. Failures end in the title's state, never in a rejection. What
   * may be tried again (a full disk, a source that is away) fails no title: it is tried again after a rest.
   */
  prepare(titleId: string): Promise<void>;
  /** Calls off what is being done for a title. Resolves when nothing reads its source or writes to it any more. */
  dropTitle(titleId: string): Promise<void>;
  close(): Promise<void>;
}

/** Something under way for one title: its preparation, its poster, its storyboard or its waveform. */
interface Task {
  titleId: string;
  stop: AbortController;
  done: Promise<void>;
}

/** A file beside the stream. */
interface Asset {
  name: string;
  bytes: Uint8Array;
}

export function createTitlePreparer(settings: TitlePreparerSettings): TitlePreparer {
  const { store, catalogue, bus, tools } = settings;
  const tasks = new Map<string, Task>();
  const resting = new Map<string, NodeJS.Timeout>();
  const slowReads = new Map<string, number>();
  const takeTurns = createTurns(PROBES_AT_ONCE);
  const takePosterTurns = createTurns(1);
  const takeDecodingTurns = createTurns(1);
  let isClosed = false;

  // Removed by hand: nobody calls dropTitle.
  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'title-removed') void dropTitle(event.titleId);
    if (event.type === 'copy-refused') void encodeInstead(event.titleId);
  });

  /** Once for each title at a time. `onFailed` is not told of what was called off. */
  function begin(
    kind: 'prepare' | 'refusal' | 'poster' | 'storyboard' | 'waveform',
    titleId: string,
    work: (signal: AbortSignal, log: Log) => Promise<void>,
    onFailed: (error: unknown, log: Log) => unknown,
  ): Promise<void> {
    const key = `${kind} ${titleId}`;
    const running = tasks.get(key);
    if (running) return running.done;
    const stop = new AbortController();
    const log = settings.log.child({ title: titleId });
    const done = work(stop.signal, log)
      .catch((error: unknown) => (stop.signal.aborted ? undefined : onFailed(error, log)))
      .catch((error: unknown) => log.error({ err: error }, 'the failure of a title could not be recorded'))
      .then(() => void tasks.delete(key));
    tasks.set(key, { titleId, stop, done });
    return done;
  }

  async function end(ended: readonly Task[]): Promise<void> {
    for (const { stop } of ended) stop.abort();
    await Promise.all(ended.map(({ done }) => done));
  }

  async function prepare(titleId: string): Promise<void> {
    if (isClosed) return;
    wake(titleId);
    await begin(
      'prepare',
      titleId,
      (signal, log) => takeTurns(() => prepareTitle(titleId, signal, log), signal),
      (thrown, log) => {
        const error = toAppError(thrown);
        return error.retryable && !isSlowOnceMore(titleId, error) ? rest(titleId, error, log) : settings.failTitle(titleId, error);
      },
    );
  }

  /** A new revision, in which no picture is copied. */
  async function encodeInstead(titleId: string): Promise<void> {
    await tasks.get(`prepare ${titleId}`)?.done;
    await begin(
      'refusal',
      titleId,
      async () => {
        const title = await store.readTitle(titleId);
        if (!title || title.error || title.isCopyRefused) return;
        await settings.scheduler.dropTitle(titleId);
        await store.writeTitle({ ...title, isCopyRefused: true });
      },
      (error, log) => log.warn({ err: error }, 'a title whose pictures cannot be copied could not be noted'),
    );
    await prepare(titleId);
  }

  /** For the last time. */
  function isSlowOnceMore(titleId: string, error: AppError): boolean {
    if (error.details.timeoutMs === undefined) return false;
    const count = (slowReads.get(titleId) ?? 0) + 1;
    slowReads.set(titleId, count);
    return count >= MOST_SLOW_READS && slowReads.delete(titleId);
  }

  async function rest(titleId: string, error: AppError, log: Log): Promise<void> {
    log.warn({ err: error }, 'a title cannot be prepared now; it is tried again');
    wake(titleId);
    if (!isClosed)
      resting.set(
        titleId,
        setTimeout(() => void prepare(titleId), settings.restMs ?? DEFAULT_REST_MS),
      );
    if ((await catalogue.getTitle(titleId))?.state !== 'probing') return;
    await catalogue.setState(titleId, 'waiting');
    bus.publish({ type: 'title', titleId, state: 'waiting', progress: 0 });
  }

  function wake(titleId: string): void {
    clearTimeout(resting.get(titleId));
    resting.delete(titleId);
  }

  async function prepareTitle(titleId: string, signal: AbortSignal, log: Log): Promise<void> {
    const title = await store.readTitle(titleId);
    if (!title || title.error) return;
    const standing = await usablePlan(title);
    const prepared =
      standing && title.sourceInfo && title.planRevision === standing.revision ? title : await publish(title, standing, signal, log);
    // Past this, whoever drops the title finds its poster under way.
    signal.throwIfAborted();
    void begin(
      'poster',
      titleId,
      (stop) => addPoster(prepared, stop, log),
      (error) => log.warn({ err: error }, 'no poster could be made'),
    );
    void begin(
      'storyboard',
      titleId,
      (stop) => addStoryboard(prepared, stop, log),
      (error) => log.warn({ err: error }, 'no storyboard could be made'),
    );
    void begin(
      'waveform',
      titleId,
      (stop) => addWaveform(prepared, stop, log),
      (error) => log.warn({ err: error }, 'no waveform could be made'),
    );
    await settings.scheduler.scheduleTitle(titleId, { isNew: prepared !== title });
  }

  /** One that this encoder can go on with, or that needs no encoder any more. */
  async function usablePlan({ id: titleId, isCopyRefused }: TitleRecord): Promise<Plan | undefined> {
    const plan = await store.readPlan(titleId);
    if (isCopyRefused && plan?.renditions.some(({ kind, copied }) => kind === 'video' && copied)) return undefined;
    if (plan?.encoderFingerprint === tools.encoderFingerprint) return plan;
    return (await catalogue.getTitle(titleId))?.state === 'complete' ? plan : undefined;
  }

  /** The plan before the record that names it: whoever reads the record finds the plan. Between them, a kill leaves a plan that stands. */
  async function publish(title: TitleRecord, standing: Plan | undefined, signal: AbortSignal, log: Log): Promise<TitleRecord> {
    const sourceInfo = title.sourceInfo ?? (await probe(title, signal, log));
    const plan = standing ?? (await makePlan(title, sourceInfo, signal, log));
    const report = standing && title.sourceInfo ? title.report : [...reportStreams(sourceInfo, plan), ...title.report.filter(isOfGap)];
    signal.throwIfAborted();
    await store.writePlan(plan);
    const record = { ...title, sourceInfo, report, planRevision: plan.revision };
    await store.writeTitle(record);
    const { state, durationSeconds, segmentsPlanned } = deriveState(record, plan, 0);
    await catalogue.putTitle(record, state, durationSeconds, segmentsPlanned);
    bus.publish({ type: 'plan', titleId: title.id, revision: plan.revision });
    bus.publish({ type: 'title', titleId: title.id, state, progress: 0 });
    return record;
  }

  async function probe(title: TitleRecord, signal: AbortSignal, log: Log): Promise<SourceInfo> {
    await catalogue.setState(title.id, 'probing');
    bus.publish({ type: 'title', titleId: title.id, state: 'probing', progress: 0 });
    const limit = settings.probeTimeoutMs === undefined ? {} : { timeoutMs: settings.probeTimeoutMs };
    return probeSource(join(settings.mediaDir, title.source.path), { tools, log, signal, ...limit });
  }

  /** The next revision: a published plan never changes (I11). */
  async function makePlan(
    { id: titleId, source, isCopyRefused = false }: TitleRecord,
    info: SourceInfo,
    signal: AbortSignal,
    log: Log,
  ): Promise<Plan> {
    const last = await store.readPlan(titleId);
    const revision = last ? last.revision + 1 : 0;
    const path = join(settings.mediaDir, source.path);
    return planSource({ titleId, revision, path, info, settings: settings.plan, isCopyRefused }, { tools, log, signal });
  }

  /** After the first chunk, so that a picture for the library never delays the film. A title without one still plays. */
  async function addPoster(title: TitleRecord, signal: AbortSignal, log: Log): Promise<void> {
    if (!title.sourceInfo || !(await missingAssets(store, title)).includes(POSTER)) return;
    await firstChunkDone(title.id, signal);
    const source = { path: join(settings.mediaDir, title.source.path), info: title.sourceInfo };
    const makePicture = title.sourceInfo.video ? makePoster : extractCover;
    await inTurn(takePosterTurns, 'poster', signal, async (environment) => {
      const poster = await makePicture(source, { ...environment, log, signal, niceness: 10 });
      if (!poster) return;
      await store.putAsset(title.id, POSTER, poster);
      await tellTitle(settings, title.id);
    });
  }

  async function addStoryboard(title: TitleRecord, signal: AbortSignal, log: Log): Promise<void> {
    await addDecoded(title, 'storyboard', STORYBOARD, signal, async (source, plan, environment) => {
      const made = await makeStoryboard(source, plan, { ...environment, log, signal, niceness: 19 });
      if (!made) return [];
      const sheets = made.sheets.map((jpeg, sheet): Asset => ({ name: sheetName(sheet), bytes: jpeg }));
      return [...sheets, { name: STORYBOARD, bytes: Buffer.from(renderStoryboard(made.storyboard)) }];
    });
  }

  async function addWaveform(title: TitleRecord, signal: AbortSignal, log: Log): Promise<void> {
    await addDecoded(title, 'waveform', WAVEFORM, signal, async (source, plan, environment) => {
      const waveform = await measureWaveform(source, plan, { ...environment, log, signal, niceness: 10 });
      return waveform ? [{ name: WAVEFORM, bytes: Buffer.from(JSON.stringify(waveform)) }] : [];
    });
  }

  /** One at a time: each reads a whole title, and nobody waits for it. The asset that says that all are there is put last. */
  async function addDecoded(
    title: TitleRecord,
    kind: SideWork,
    name: string,
    signal: AbortSignal,
    make: (source: ChunkSource, plan: Plan, environment: SideWorkEnvironment) => Promise<Asset[]>,
  ): Promise<void> {
    const info = title.sourceInfo;
    if (!info || !(await missingAssets(store, title)).includes(name)) return;
    await firstChunkDone(title.id, signal);
    await inTurn(takeDecodingTurns, kind, signal, async (environment) => {
      const plan = await store.readPlan(title.id);
      if (!plan) return;
      const assets = await make({ path: join(settings.mediaDir, title.source.path), info }, plan, environment);
      for (const asset of assets) await store.putAsset(title.id, asset.name, asset.bytes);
      if (assets.length > 0) await tellTitle(settings, title.id);
    });
  }

  /** Those that may not run now wait in their turn: when they may, they do not begin all at once. */
  function inTurn(
    takeTurn: TakeTurns,
    kind: SideWork,
    signal: AbortSignal,
    work: (environment: SideWorkEnvironment) => Promise<void>,
  ): Promise<void> {
    return takeTurn(() => runSideWork(kind, settings, signal, work), signal);
  }

  async function firstChunkDone(titleId: string, signal: AbortSignal): Promise<void> {
    let unsubscribeChunks = (): void => {};
    // Subscribed before the look, so that a chunk done in between is not missed.
    const chunkDone = new Promise<void>((resolve) => {
      unsubscribeChunks = bus.subscribe((event) => {
        if (event.type === 'chunk' && event.titleId === titleId && event.state !== 'started') resolve();
      });
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
    try {
      if (((await catalogue.getTitle(titleId))?.segmentsCommitted ?? 0) > 0) return;
      await chunkDone;
      await delay(FIRST_FRAME_MS, undefined, { signal });
    } finally {
      unsubscribeChunks();
    }
  }

  async function dropTitle(titleId: string): Promise<void> {
    await end([...tasks.values()].filter((task) => task.titleId === titleId));
    wake(titleId);
  }

  return {
    prepare,
    dropTitle,
    async close() {
      isClosed = true;
      unsubscribe();
      await end([...tasks.values()]);
      for (const titleId of resting.keys()) wake(titleId);
    },
  };
}
