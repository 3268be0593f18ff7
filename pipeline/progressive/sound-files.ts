import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { AppError } from '../errors.ts';
import { encodeSoundPiece } from '../ffmpeg/encode-sound-piece.ts';
import type { FfmpegTools } from '../ffmpeg/locate.ts';
import type { Log } from '../log.ts';
import type { AudioRenditionPlan, Plan } from '../model/plan.ts';
import { framesOfPiece, planSoundFile, type SoundCoding, type SoundFile, sliceSoundFile } from '../model/progressive/sound-file.ts';
import type { TitleRecord } from '../model/title.ts';
import { openOriginal } from '../open-original.ts';
import { createTurns } from '../take-turns.ts';

/** A title's sound in another coding: of known length before any of it is encoded. */
export interface OpenSoundFile {
  sizeBytes: number;
  /** Names these very bytes. */
  digest: string;
  modifiedAtMs: number;
  /** [start, end], encoded as they are taken. Throws as encodeSoundPiece does. */
  read(range: { start: number; end: number }): AsyncGenerator<Uint8Array>;
}

export interface SoundFiles {
  /** @throws AppError `source_missing` */
  open(title: TitleRecord, plan: Plan, rendition: AudioRenditionPlan, coding: SoundCoding): Promise<OpenSoundFile>;
  close(): void;
}

/** About twenty minutes of MP3 (I10). */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Encodes sound for whoever asks, a piece of some seconds at a time, always the same ones; none is stored. What was encoded last is kept in
 * memory for those who listen to the same or ask again.
 */
export function createSoundFiles({ mediaDir, tools, log }: { mediaDir: string; tools: FfmpegTools; log: Log }): SoundFiles {
  const closing = new AbortController();
  const takeTurns = createTurns(Math.max(1, Math.floor(availableParallelism() / 2)));
  /** The last used is the last. */
  const pieces = new Map<string, { bytes: Promise<Uint8Array>; sizeBytes: number }>();

  function keep(key: string, sizeBytes: number, encode: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = pieces.get(key);
    pieces.delete(key);
    const piece = known ?? { bytes: encode(), sizeBytes };
    pieces.set(key, piece);
    piece.bytes.catch(() => pieces.get(key) === piece && pieces.delete(key));
    let bytes = [...pieces.values()].reduce((sum, { sizeBytes: size }) => sum + size, 0);
    for (const [oldest, { sizeBytes: size }] of pieces) {
      if (bytes <= MOST_BYTES) break;
      pieces.delete(oldest);
      bytes -= size;
    }
    return piece.bytes;
  }

  return {
    async open(title, plan, rendition, coding) {
      const { sourceInfo: info, source } = title;
      if (!info) throw new AppError('not_ready', 'This title is still being looked at. Ask again in a moment.', { retryable: true });
      const { path, modifiedAtMs } = await openOriginal(mediaDir, source);
      const file = planSoundFile(coding, plan.timeline.boundaries.at(-1) ?? 0);
      const facts = [
        source.identity,
        plan.originTicks,
        file.sizeBytes,
        rendition,
        coding.encoderArgs,
        tools.encoderFingerprint,
        tools.version,
      ];
      const digest = createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 22);

      async function encode(piece: number): Promise<Uint8Array> {
        const { first, end } = framesOfPiece(file, piece);
        const environment = { tools, log, signal: closing.signal };
        let frames: Uint8Array | undefined;
        await takeTurns(async () => {
          const wanted = { coding, rendition, originTicks: plan.originTicks, first, end };
          frames = await encodeSoundPiece({ path, info: info as NonNullable<typeof info> }, wanted, environment);
        }, closing.signal);
        if (!frames) throw new AppError('cancelled', 'The work was cancelled.');
        return coding.renderFrames(frames, { ...file, firstFrame: first });
      }

      return {
        sizeBytes: file.sizeBytes,
        digest,
        modifiedAtMs,
        read: ({ start, end }) =>
          readSoundFile(file, start, end + 1, (piece, sizeBytes) => keep(`${digest}/${piece}`, sizeBytes, () => encode(piece))),
      };
    },
    close() {
      closing.abort();
      pieces.clear();
    },
  };
}

async function* readSoundFile(
  file: SoundFile,
  start: number,
  end: number,
  readPiece: (piece: number, sizeBytes: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (const slice of sliceSoundFile(file, start, end)) {
    if (slice.kind === 'head') {
      yield file.head.subarray(slice.start, slice.end);
      continue;
    }
    const frames = framesOfPiece(file, slice.piece);
    const bytes = await readPiece(slice.piece, file.coding.sizeOf(frames.end - frames.first));
    yield bytes.subarray(slice.start, slice.end);
  }
}
