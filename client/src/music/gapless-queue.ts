import { placeAt, type QueuePlace } from './queue-timeline.ts';
import { openTrack, type TrackSource } from './track-source.ts';

export interface GaplessQueue {
  /** Plays these titles from one of them on. */
  play(titleIds: readonly string[], index: number): void;
  close(): void;
}

/** What is kept ready; a segment that nobody has heard yet is encoded while it is waited for. */
const AHEAD_SECONDS = 30;
/** What was heard is kept for so long. */
const BEHIND_SECONDS = 30;

/**
 * Plays tracks on one clock: all of them are appended to one source buffer, each where the one before ends, to the sample. Two media
 * elements in turn would begin tens of milliseconds late, at best.
 */
export function createGaplessQueue(
  audio: HTMLAudioElement,
  onTrack: (index: number) => void,
  onError: (error: unknown) => void,
): GaplessQueue {
  let ending = new AbortController();
  let places: QueuePlace[] = [];
  let shown: number | undefined;

  audio.addEventListener('timeupdate', () => {
    const place = placeAt(places, audio.currentTime);
    if (place === undefined || place.index === shown) return;
    shown = place.index;
    onTrack(place.index);
  });

  async function fill(titleIds: readonly string[], first: number, signal: AbortSignal): Promise<void> {
    const media = new MediaSource();
    const url = URL.createObjectURL(media);
    audio.src = url;
    await untilEvent(media, 'sourceopen', signal);
    URL.revokeObjectURL(url);
    let buffer: SourceBuffer | undefined;
    let offset = 0;
    for (let index = first; index < titleIds.length; index += 1) {
      const track = await openTrack(titleIds[index]!, signal);
      buffer = openBuffer(media, buffer, track);
      places.push({ index, startSeconds: offset });
      offset = await appendTrack(buffer, track, offset, signal);
    }
    media.endOfStream();
  }

  /** Answers where the next one begins. */
  async function appendTrack(buffer: SourceBuffer, track: TrackSource, offset: number, signal: AbortSignal): Promise<number> {
    const end = offset + track.durationSeconds;
    // A last codec frame reaches beyond the end of the sound: it is cut there.
    buffer.appendWindowStart = 0;
    buffer.appendWindowEnd = end;
    buffer.appendWindowStart = offset;
    buffer.timestampOffset = offset;
    for (const url of [track.initUrl, ...track.segmentUrls]) {
      await untilNeeded(buffer, signal);
      const response = await fetch(url, { signal });
      if (!response.ok) throw new Error(`A part of the sound did not come (${response.status})`);
      buffer.appendBuffer(await response.arrayBuffer());
      await untilEvent(buffer, 'updateend', signal);
    }
    return end;
  }

  /** Resolves when what is ready runs out soon; forgets what was heard. */
  async function untilNeeded(buffer: SourceBuffer, signal: AbortSignal): Promise<void> {
    while (endOf(buffer) - audio.currentTime > AHEAD_SECONDS) await untilEvent(audio, 'timeupdate', signal);
    const heard = audio.currentTime - BEHIND_SECONDS;
    if (buffer.buffered.length === 0 || buffer.buffered.start(0) >= heard - BEHIND_SECONDS) return;
    buffer.remove(0, heard);
    await untilEvent(buffer, 'updateend', signal);
  }

  return {
    play(titleIds, index) {
      ending.abort();
      ending = new AbortController();
      const { signal } = ending;
      places = [];
      shown = undefined;
      fill(titleIds, index, signal).catch((error: unknown) => {
        if (!signal.aborted) onError(error);
      });
      audio.play().catch((error: unknown) => {
        if (!signal.aborted) onError(error);
      });
    },
    close() {
      ending.abort();
      audio.removeAttribute('src');
      audio.load();
    },
  };
}

function openBuffer(media: MediaSource, buffer: SourceBuffer | undefined, { mimeType }: TrackSource): SourceBuffer {
  if (buffer === undefined) return media.addSourceBuffer(mimeType);
  buffer.changeType(mimeType);
  return buffer;
}

function endOf({ buffered }: SourceBuffer): number {
  return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1);
}

function untilEvent(target: EventTarget, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const end = new AbortController();
    const settle = (run: () => void): void => {
      end.abort();
      run();
    };
    target.addEventListener(name, () => settle(resolve), { signal: end.signal });
    signal.addEventListener('abort', () => settle(() => reject(signal.reason)), { signal: end.signal });
  });
}
