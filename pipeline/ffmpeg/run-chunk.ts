import { AppError, toAppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { BoxError } from '../model/mp4/box.ts';
import type { StreamParameters } from '../model/mp4/init-segment.ts';
import { createSegmenter, type FinishedSegment } from '../model/mp4/segmenter.ts';
import { type Frame, Splitter } from '../model/mp4/splitter.ts';
import { TimingError } from '../model/mp4/timing.ts';
import { type Chunk, findRendition, type Plan } from '../model/plan.ts';
import type { FfmpegCommand } from './chunk-command.ts';
import type { FfmpegTools } from './locate.ts';
import { openOutputSockets, type SocketReader } from './output-sockets.ts';
import { createProgressReader, type FfmpegProgress } from './progress.ts';
import { type RunningFfmpeg, runFfmpeg } from './run-ffmpeg.ts';

/** What becomes of the output, in order for each rendition. */
export interface ChunkSink {
  /** Called once a rendition, before its first segment. */
  init(renditionId: string, parameters: StreamParameters): Promise<void>;
  segment(renditionId: string, segment: FinishedSegment): Promise<void>;
}

export interface RunEnvironment {
  tools: FfmpegTools;
  log: Log;
  signal?: AbortSignal | undefined;
  niceness?: number | undefined;
  onProgress?: ((progress: FfmpegProgress) => void) | undefined;
  /** Each process of the run, as it begins. */
  onStarted?: ((running: RunningFfmpeg) => void) | undefined;
  /** Asked by work that is no process, before each of its steps: resolves when it may go on. */
  goOn?: (() => Promise<void>) | undefined;
  /** Told of a run that ended early, once for each rendition: how many of its encoded frames are in no committed segment. */
  onDiscarded?: ((renditionId: string, frameCount: number) => void) | undefined;
}

/** Finished segments may wait for the disk up to this; past it the process is suspended. */
const BACKLOG_LIMIT_BYTES = 64 * 1024 * 1024;
const PROGRESS = 'progress';

/** What is cut: a chunk, and the frames that stand in for the source in its gaps, by rendition id (see SegmenterOptions). */
export interface ChunkJob {
  plan: Plan;
  chunk: Chunk;
  fillers: ReadonlyMap<string, readonly Frame[]>;
  gapsAreKnown: boolean;
}

/**
 * Runs one ffmpeg and cuts what it sends into the chunk's segments as it arrives.
 *
 * @throws SegmenterError when the frames do not fill the chunk; AppError as runFfmpeg does.
 */
export async function runChunk(
  buildCommand: (outputUrls: Readonly<Record<string, string>>) => FfmpegCommand,
  job: ChunkJob,
  sink: ChunkSink,
  environment: RunEnvironment,
): Promise<void> {
  const failed = new AbortController();
  const backlog = createBacklog();
  const fail = (error: unknown): void => failed.abort(error);
  const cutters = job.chunk.renditionIds.map((id) => ({ id, cutter: createCutter(id, job, sink, backlog, fail) }));
  const readers: Record<string, SocketReader> = Object.fromEntries(cutters.map(({ id, cutter }) => [id, cutter]));
  readers[PROGRESS] = progressReader(backlog, environment);
  const sockets = await openOutputSockets(readers);
  try {
    const signal = environment.signal ? AbortSignal.any([environment.signal, failed.signal]) : failed.signal;
    const run = runFfmpeg(buildCommand(sockets.urls), {
      tools: environment.tools,
      log: environment.log,
      niceness: environment.niceness,
      progressUrl: sockets.urls[PROGRESS],
      signal,
      onStarted(running) {
        backlog.attach(running);
        environment.onStarted?.(running);
      },
    });
    await run.catch((error: unknown) => {
      throw failed.signal.aborted ? failed.signal.reason : (sockets.failure()?.error ?? error);
    });
    await sockets.drained();
    for (const { cutter } of cutters) cutter.end();
    await backlog.settled();
    if (failed.signal.aborted) throw failed.signal.reason;
  } catch (error) {
    await backlog.settled();
    for (const { id, cutter } of cutters) {
      const frameCount = cutter.uncommittedFrames();
      if (frameCount > 0) environment.onDiscarded?.(id, frameCount);
    }
    throw describe(error);
  } finally {
    await sockets.close();
  }
}

function describe(error: unknown): unknown {
  if (error instanceof BoxError) return toAppError(error);
  if (!(error instanceof TimingError)) return error;
  const message = 'The times of the pictures in this file stand still or run backwards. Remux it with ffmpeg and add it again.';
  return new AppError('source_unsupported', message, { cause: error });
}

interface Cutter extends SocketReader {
  end(): void;
  uncommittedFrames(): number;
}

/** Bytes of one output → segments → the sink, one after the other. */
function createCutter(renditionId: string, job: ChunkJob, sink: ChunkSink, backlog: Backlog, fail: (error: unknown) => void): Cutter {
  const splitter = new Splitter();
  const segmenter = createSegmenter({
    timeline: job.plan.timeline,
    rendition: findRendition(job.plan, renditionId),
    firstSegment: job.chunk.firstSegment,
    endSegment: job.chunk.endSegment,
    fillers: job.fillers.get(renditionId) ?? [],
    gapsAreKnown: job.gapsAreKnown,
  });
  let done: Promise<void> = Promise.resolve();
  let cutFrames = 0;
  const commit = async (segment: FinishedSegment): Promise<void> => {
    await sink.segment(renditionId, segment);
    cutFrames -= segment.frameCount;
  };
  const enqueue = (sizeBytes: number, work: () => Promise<void>): void => {
    // Once something was refused the chain stays rejected: what waits behind it is never committed.
    done = backlog.track(sizeBytes, done.then(work));
    done.catch(fail);
  };
  const deliver = (segments: FinishedSegment[]): void => {
    for (const segment of segments) {
      cutFrames += segment.frameCount;
      enqueue(segment.bytes.length, () => commit(segment));
    }
  };
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error);
      throw error;
    }
  };
  return {
    onData: (bytes) =>
      guarded(() => {
        for (const event of splitter.push(bytes)) {
          if (event.kind === 'init') enqueue(0, () => sink.init(renditionId, event.info));
          else deliver(segmenter.push(event.frame));
        }
      }),
    end: () =>
      guarded(() => {
        splitter.end();
        deliver(segmenter.end());
      }),
    uncommittedFrames: () => cutFrames + segmenter.pendingFrames(),
  };
}

function progressReader(backlog: Backlog, environment: RunEnvironment): SocketReader {
  const decoder = new TextDecoder();
  const read = createProgressReader((progress) => environment.onProgress?.(progress));
  return {
    onData(bytes) {
      backlog.running?.heard();
      read(decoder.decode(bytes, { stream: true }));
    },
  };
}

/** What was cut and is not stored yet. */
interface Backlog {
  running: RunningFfmpeg | undefined;
  attach(running: RunningFfmpeg): void;
  track(sizeBytes: number, work: Promise<void>): Promise<void>;
  settled(): Promise<void>;
}

function createBacklog(): Backlog {
  let waitingBytes = 0;
  let isSuspended = false;
  const pending = new Set<Promise<void>>();
  const backlog: Backlog = {
    running: undefined,
    attach(running) {
      backlog.running = running;
    },
    track(sizeBytes, work) {
      waitingBytes += sizeBytes;
      if (waitingBytes > BACKLOG_LIMIT_BYTES && !isSuspended) {
        isSuspended = true;
        backlog.running?.suspend('backlog');
      }
      const tracked = work.finally(() => {
        waitingBytes -= sizeBytes;
        pending.delete(tracked);
        if (!isSuspended || waitingBytes > BACKLOG_LIMIT_BYTES / 2) return;
        isSuspended = false;
        backlog.running?.resume('backlog');
      });
      pending.add(tracked);
      return tracked;
    },
    async settled() {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
  };
  return backlog;
}
