import type { Ticks } from '../time.ts';
import { type Box, BoxError, concatBytes, readBoxHeader } from './box.ts';
import { type Fragment, parseMoof } from './fragment.ts';
import { type InitInfo, parseInitSegment } from './init-segment.ts';

/** A coded frame at its own time, on the track's timescale. */
export interface Frame {
  ptsTicks: Ticks;
  isSync: boolean;
  data: Uint8Array;
}

export type SplitterEvent = { kind: 'init'; info: InitInfo } | { kind: 'frame'; frame: Frame };

/** More than any box of one coded frame; a larger one means that the stream is not what we asked ffmpeg for. */
const LARGEST_BOX_BYTES = 256 * 1024 * 1024;

/**
 * Takes a fragmented MP4 stream apart as its bytes arrive: the init segment first, then every frame in decode order with
 * its absolute presentation time. Throws BoxError on anything that is not such a stream.
 */
export class Splitter {
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #neededBytes = 8;
  #init: InitInfo | undefined;
  #fragment: Fragment | undefined;

  push(bytes: Uint8Array): SplitterEvent[] {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes < this.#neededBytes) return [];
    const buffer = concatBytes(this.#pending);
    const events: SplitterEvent[] = [];
    let offset = 0;
    this.#neededBytes = 8;
    for (;;) {
      const box = readBoxHeader(buffer, offset);
      if (!box) break;
      if (box.end - box.start > LARGEST_BOX_BYTES) throw new BoxError(`Box '${box.type}' is too large`, offset);
      if (box.end > buffer.length) {
        this.#neededBytes = box.end - offset;
        break;
      }
      this.#take(buffer.subarray(box.start, box.end), rebased(box), events);
      offset = box.end;
    }
    const rest = buffer.subarray(offset);
    this.#pending = rest.length > 0 ? [rest] : [];
    this.#pendingBytes = rest.length;
    return events;
  }

  /** Call at the end of the stream: throws BoxError when it was cut off inside a box. */
  end(): void {
    if (this.#pendingBytes > 0) throw new BoxError('The stream ends inside a box', 0);
  }

  #take(bytes: Uint8Array, box: Box, events: SplitterEvent[]): void {
    if (box.type === 'moov') {
      this.#init = parseInitSegment(bytes);
      events.push({ kind: 'init', info: this.#init });
    } else if (box.type === 'moof') {
      if (!this.#init) throw new BoxError('A fragment comes before its init segment', 0);
      this.#fragment = parseMoof(bytes, box, this.#init.defaults);
    } else if (box.type === 'mdat' && this.#fragment) {
      pushFrames(this.#fragment, bytes.subarray(box.bodyStart), events);
      this.#fragment = undefined;
    }
  }
}

function rebased(box: Box): Box {
  return { type: box.type, start: 0, bodyStart: box.bodyStart - box.start, end: box.end - box.start };
}

/** ffmpeg lays the samples of its one track out one after the other from the start of mdat. */
function pushFrames(fragment: Fragment, payload: Uint8Array, events: SplitterEvent[]): void {
  let decodeTicks = fragment.baseDecodeTicks;
  let offset = 0;
  for (const sample of fragment.samples) {
    const data = payload.slice(offset, offset + sample.sizeBytes);
    if (data.length < sample.sizeBytes) throw new BoxError('A sample reaches past its mdat', offset);
    events.push({ kind: 'frame', frame: { ptsTicks: decodeTicks + sample.compositionOffsetTicks, isSync: sample.isSync, data } });
    decodeTicks += sample.durationTicks;
    offset += sample.sizeBytes;
  }
}
