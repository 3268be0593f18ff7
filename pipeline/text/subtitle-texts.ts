import { resolve } from 'node:path';
import { AppError, toAppError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import { extractSubtitles } from '../ffmpeg/extract-subtitles.ts';
import type { FfmpegTools } from '../ffmpeg/locate.ts';
import type { Log } from '../log.ts';
import type { Plan } from '../model/plan.ts';
import type { OtherStreamInfo } from '../model/source-info.ts';
import type { Cue } from '../model/text/cue.ts';
import { renderVtt } from '../model/text/render-vtt.ts';
import { trackAsset } from '../model/text/subtitle-document.ts';
import { streamTrackId, textStreams } from '../model/text/text-tracks.ts';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import type { TitleRecord } from '../model/title.ts';
import { assertOriginalThere } from '../original-there.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import { createTurns } from '../take-turns.ts';
import { readStoredCues } from './read-stored-cues.ts';
import { readSubtitlesApart } from './read-subtitles-apart.ts';
import type { SubtitleDocuments } from './subtitle-documents.ts';

export interface SubtitleTextsSettings {
  mediaDir: string;
  store: SegmentStore;
  documents: SubtitleDocuments;
  bus: EventBus;
  tools: FfmpegTools;
  log: Log;
}

/** The text of subtitle tracks: got out of the source once, kept in the store. */
export interface SubtitleTexts {
  /**
   * The cues of a track, in title time. Of a stream whose text is not stored yet it is got first, one run for all streams of
   * the title. Undefined for a track that the title does not have. Rejects with AppError `segment_not_ready` (retryable) when
   * `signal` ends the wait, and with what keeps the text away for now.
   */
  readCues(titleId: string, trackId: string, signal: AbortSignal): Promise<Cue[] | undefined>;
  /** Resolves when the title's source is not read any more. */
  dropTitle(titleId: string): Promise<void>;
  close(): Promise<void>;
}

/** Encoders go first. */
const NICENESS = 10;
/** Each reads a whole source. */
const AT_ONCE = 2;

const MOST_PARSED = 16;
/** How many streams are looked at by themselves, after a run for all of them that failed. */
const MOST_SINGLE_RUNS = 8;

interface Extraction {
  stop: AbortController;
  done: Promise<void>;
}

export function createSubtitleTexts({ mediaDir, store, documents, bus, tools, log }: SubtitleTextsSettings): SubtitleTexts {
  const extractions = new Map<string, Extraction>();
  const takeTurns = createTurns(AT_ONCE);
  /** Of the tracks that were asked for last: players ask for a track segment by segment. */
  const parsed = new Map<string, Cue[]>();
  /** Titles whose text was looked after since the start. */
  const warmed = new Set<string>();

  // After the first segments, so that no film waits for its subtitles; before anybody chooses them, since they take a while.
  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'title-removed') void dropTitle(event.titleId);
    if (event.type !== 'chunk' || event.state !== 'done' || warmed.has(event.titleId)) return;
    warmed.add(event.titleId);
    extract(event.titleId).catch((error: unknown) => {
      warmed.delete(event.titleId);
      log.warn({ title: event.titleId, err: error }, 'the subtitles of a title could not be read; they are when somebody asks for them');
    });
  });

  async function readCues(titleId: string, trackId: string, signal: AbortSignal): Promise<Cue[] | undefined> {
    const stored = await readStored(titleId, trackId);
    if (stored) return stored;
    await Promise.race([extract(titleId), waitedTooLong(signal)]);
    return await readStored(titleId, trackId);
  }

  async function readStored(titleId: string, trackId: string): Promise<Cue[] | undefined> {
    const key = `${titleId}/${trackId}`;
    const known = parsed.get(key);
    if (known) return known;
    const bytes = await store.readAsset(titleId, trackAsset(trackId));
    if (!bytes) return undefined;
    const cues = await readStoredCues(Buffer.from(bytes).toString('utf8'));
    parsed.set(key, cues);
    if (parsed.size > MOST_PARSED) parsed.delete(parsed.keys().next().value as string);
    return cues;
  }

  /** Once for each title at a time. */
  function extract(titleId: string): Promise<void> {
    const running = extractions.get(titleId);
    if (running) return running.done;
    const stop = new AbortController();
    const done = takeTurns(() => extractMissing(titleId, stop.signal), stop.signal).finally(() => void extractions.delete(titleId));
    extractions.set(titleId, { stop, done });
    return done;
  }

  async function extractMissing(titleId: string, signal: AbortSignal): Promise<void> {
    const [title, plan] = await Promise.all([store.readTitle(titleId), store.readPlan(titleId)]);
    if (!title?.sourceInfo || !plan) return;
    const missing: OtherStreamInfo[] = [];
    for (const stream of textStreams(title.sourceInfo)) {
      if (!(await store.readAsset(titleId, trackAsset(streamTrackId(stream.index))))) missing.push(stream);
    }
    if (missing.length > 0) await extractStreams(title, plan, missing, signal);
  }

  async function extractStreams(title: TitleRecord, plan: Plan, streams: readonly OtherStreamInfo[], signal: AbortSignal): Promise<void> {
    const path = resolve(mediaDir, title.source.path);
    // A disk that is away for now says nothing of the streams.
    await assertOriginalThere(path, title.source.sizeBytes);
    const environment = { tools, log: log.child({ title: title.id }), signal, niceness: NICENESS };
    const unread = new Set(streams);
    const run = async (together: readonly OtherStreamInfo[]): Promise<boolean> => {
      const failure = await extractSubtitles(path, together, environment, async (stream, bytes) => {
        const { codec, language } = stream;
        const { tracks } = await readSubtitlesApart({ bytes, language, shiftMs: titleShiftMs(plan), from: { codec } });
        const [track] = tracks;
        if (!track) return;
        await store.putAsset(title.id, trackAsset(streamTrackId(stream.index)), track.vtt);
        for (const one of unread) if (one.index === stream.index) unread.delete(one);
      });
      const error = failure === undefined ? undefined : toAppError(failure);
      // What may come right by itself is tried again; what is wrong with the source is not.
      if (error?.retryable || error?.code === 'cancelled') throw error;
      return error === undefined;
    };
    let isSound = await run(streams);
    // One stream that is broken must not take the others with it.
    if (!isSound && streams.length > 1) for (const stream of [...unread].slice(0, MOST_SINGLE_RUNS)) isSound = await run([stream]);
    await noteEmpty(title.id, [...unread], isSound);
  }

  /** Tracks without a cue are stored too: they are not looked for again. */
  async function noteEmpty(titleId: string, streams: readonly OtherStreamInfo[], isSound: boolean): Promise<void> {
    for (const { index } of streams) await store.putAsset(titleId, trackAsset(streamTrackId(index)), Buffer.from(renderVtt([])));
    if (isSound || streams.length === 0) return;
    const failures = streams.map(({ index }) => ({ streamIndex: index, reason: 'Nothing of it could be read.' }));
    await documents.change(titleId, (document) => ({ ...document, failures: [...document.failures, ...failures] }));
  }

  async function end(ended: readonly Extraction[]): Promise<void> {
    for (const { stop } of ended) stop.abort();
    await Promise.allSettled(ended.map(({ done }) => done));
  }

  async function dropTitle(titleId: string): Promise<void> {
    warmed.delete(titleId);
    for (const key of parsed.keys()) if (key.startsWith(`${titleId}/`)) parsed.delete(key);
    const extraction = extractions.get(titleId);
    if (extraction) await end([extraction]);
  }

  return {
    readCues,
    dropTitle,
    async close() {
      unsubscribe();
      await end([...extractions.values()]);
    },
  };
}

/** The source counts from wherever it likes; a title counts from its first frame. */
function titleShiftMs({ originTicks }: Plan): number {
  return -Math.round((originTicks * 1000) / VIDEO_TIMESCALE);
}

function waitedTooLong(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const tell = (): void =>
      reject(new AppError('segment_not_ready', 'These subtitles are still being read. Ask again in a moment.', { retryable: true }));
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true });
  });
}
