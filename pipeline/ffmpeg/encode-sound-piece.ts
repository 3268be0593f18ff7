import { AppError } from '../errors.ts';
import { planStereoMix } from '../model/ladder/channel-mix.ts';
import type { AudioRenditionPlan } from '../model/plan.ts';
import { SOUND_FILE_RATE, type SoundCoding } from '../model/progressive/sound-file.ts';
import type { AudioStreamInfo } from '../model/source-info.ts';
import type { Ticks } from '../model/time.ts';
import { audioFilter, ENCODER_PREROLL_FRAMES, planAudioWindow, silenceFilter } from './audio-args.ts';
import { addSoundInput, type ChunkSource, type FfmpegCommand } from './chunk-command.ts';
import { openOutputSockets } from './output-sockets.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { type RunningFfmpeg, runFfmpeg } from './run-ffmpeg.ts';
import { withUnpackedSounds } from './unpack-sounds.ts';

export interface SoundPiece {
  coding: Pick<SoundCoding, 'encoderArgs' | 'frameSamples' | 'frameBytes'>;
  /** As the plan has it for streams. */
  rendition: AudioRenditionPlan;
  originTicks: Ticks;
  /** Frames [first, end) of the whole sound. */
  first: number;
  end: number;
}

const FRAMES = 'frames';

/** Some frames of a sound in another coding, from the source. Throws as runFfmpeg does. */
export async function encodeSoundPiece(source: ChunkSource, piece: SoundPiece, environment: RunEnvironment): Promise<Uint8Array> {
  const { frameBytes } = piece.coding;
  const encoded: Uint8Array[] = [];
  let running: RunningFfmpeg | undefined;
  const sockets = await openOutputSockets({
    [FRAMES]: {
      onData(bytes) {
        running?.heard();
        encoded.push(bytes);
      },
    },
  });
  try {
    await withUnpackedSounds(source, new Set([piece.rendition.sourceStreamIndex]), environment, (unpackedSounds) =>
      runFfmpeg(soundPieceCommand(source, piece, sockets.urls[FRAMES] ?? '', unpackedSounds), {
        ...environment,
        onStarted(started) {
          running = started;
        },
      }),
    );
    await sockets.drained();
  } finally {
    await sockets.close();
  }
  const wanted = Buffer.concat(encoded).subarray(ENCODER_PREROLL_FRAMES * frameBytes);
  const sizeBytes = (piece.end - piece.first) * frameBytes;
  if (wanted.length < sizeBytes) throw new AppError('ffmpeg_failed', 'The encoder gave less sound than it was asked for.');
  return wanted.subarray(0, sizeBytes);
}

/** Pure. */
export function soundPieceCommand(
  source: ChunkSource,
  { coding, rendition, originTicks, first, end }: SoundPiece,
  outputUrl: string,
  unpackedSounds?: ReadonlyMap<number, string>,
): FfmpegCommand {
  const stream = source.info.audio.find(({ index }) => index === rendition.sourceStreamIndex);
  if (!stream) throw new RangeError(`The source has no sound track ${rendition.sourceStreamIndex}`);
  const sound = inStereo(rendition, stream, coding.frameSamples);
  const window = planAudioWindow(sound, stream.sampleRate, first * coding.frameSamples, end * coding.frameSamples);
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const pad = addSoundInput(command, source, { stream, window, originTicks }, unpackedSounds);
  const filter = pad === undefined ? silenceFilter(sound, window) : `[${pad}]${audioFilter(stream, sound, window, originTicks)}`;
  command.filters.push(`${filter}[s]`);
  // Frames one behind the other, with nothing between them: all are of one size.
  command.outputs.push({ url: outputUrl, options: ['-map', '[s]', ...coding.encoderArgs, '-ar', String(SOUND_FILE_RATE), '-f', 'data'] });
  return command;
}

/** The sound of a rendition as files have it: mixed as its stereo is, on a grid of its own. */
function inStereo(
  { gridOffsetSamples: _, ...rendition }: AudioRenditionPlan,
  stream: AudioStreamInfo,
  frameSamples: number,
): AudioRenditionPlan {
  const isStereo = rendition.channels === 2 && rendition.copied === undefined;
  const mix = isStereo ? rendition.mix : planStereoMix(stream.channels, stream.channelLayout);
  const { mix: _mix, ...plain } = rendition;
  return { ...plain, timescale: SOUND_FILE_RATE, frameSamples, channels: 2, ...(mix ? { mix } : {}) };
}
