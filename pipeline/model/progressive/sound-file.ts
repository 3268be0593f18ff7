import { rescale, type Ticks, VIDEO_TIMESCALE } from '../time.ts';

/** How a codec's frames become a file. All frames take up the same, so that every byte's place is known before any is encoded. */
export interface SoundCoding {
  contentType: string;
  /** As ffmpeg names it, with what makes its frames alike and independent. */
  encoderArgs: readonly string[];
  frameSamples: number;
  frameBytes: number;
  /** By how many samples the encoder's sound comes late: players are told to leave them out. */
  delaySamples: number;
  /** What one run of ffmpeg encodes; of all pieces but the last. */
  framesPerPiece: number;
  renderHead(frames: number, soundSamples: number): Uint8Array;
  /** What a number of frames takes up in the file. */
  sizeOf(frames: number): number;
  /** Frames of a piece → its bytes in the file. */
  renderFrames(bytes: Uint8Array, place: PlaceInSound): Uint8Array;
}

export interface PlaceInSound {
  firstFrame: number;
  /** Of the whole sound. */
  frames: number;
  soundSamples: number;
}

/** Samples per second of what is encoded for a file: at this rate frames of MP3 have one length (at 44.1 kHz two). */
export const SOUND_FILE_RATE = 48_000;

/** A sound laid out before it is encoded, piece by piece. */
export interface SoundFile {
  coding: SoundCoding;
  head: Uint8Array;
  frames: number;
  soundSamples: number;
  sizeBytes: number;
}

export function planSoundFile(coding: SoundCoding, durationTicks: Ticks): SoundFile {
  const soundSamples = rescale(durationTicks, VIDEO_TIMESCALE, SOUND_FILE_RATE);
  const frames = Math.ceil((soundSamples + coding.delaySamples) / coding.frameSamples);
  const head = coding.renderHead(frames, soundSamples);
  return { coding, head, frames, soundSamples, sizeBytes: head.length + coding.sizeOf(frames) };
}

/** Bytes [start, end) of the head or of a piece. */
export type SoundSlice = { kind: 'head'; start: number; end: number } | { kind: 'piece'; piece: number; start: number; end: number };

/** Where the bytes [start, end) of a sound file come from, in order. */
export function* sliceSoundFile({ coding, head, sizeBytes }: SoundFile, start: number, end: number): Generator<SoundSlice> {
  const last = Math.min(end, sizeBytes);
  if (start < Math.min(head.length, last)) yield { kind: 'head', start, end: Math.min(head.length, last) };
  const pieceBytes = coding.sizeOf(coding.framesPerPiece);
  for (let place = Math.max(start, head.length); place < last; ) {
    const piece = Math.floor((place - head.length) / pieceBytes);
    const pieceStart = head.length + piece * pieceBytes;
    const sliceEnd = Math.min(last, pieceStart + pieceBytes);
    yield { kind: 'piece', piece, start: place - pieceStart, end: sliceEnd - pieceStart };
    place = sliceEnd;
  }
}

/** Frames [first, end) of a piece. */
export function framesOfPiece({ coding, frames }: SoundFile, piece: number): { first: number; end: number } {
  const first = piece * coding.framesPerPiece;
  return { first, end: Math.min(frames, first + coding.framesPerPiece) };
}
