import { ascii, concatBytes, uint8, uint32 } from '../mp4/box.ts';
import type { SoundCoding } from './sound-file.ts';

/** MPEG-1 layer III, 192 kb/s at 48 kHz, stereo (ISO/IEC 11172-3 2.4.1.3). */
const FRAME_HEADER = uint8(0xff, 0xfb, 0xb4, 0x00);
const SIDE_INFORMATION_BYTES = 32;
const FRAME_SAMPLES = 1152;
const FRAME_BYTES = 576;
/** What LAME is late by, and the part of it that is the decoder's. */
const DELAY_SAMPLES = 1105;
const DECODER_DELAY_SAMPLES = 529;

/** Constant bit rate without a reservoir: each frame stands for itself, so that frames of separate runs are one stream. */
export const MP3: SoundCoding = {
  contentType: 'audio/mpeg',
  encoderArgs: ['-c:a', 'libmp3lame', '-b:a', '192k', '-reservoir', '0'],
  frameSamples: FRAME_SAMPLES,
  frameBytes: FRAME_BYTES,
  delaySamples: DELAY_SAMPLES,
  framesPerPiece: 800,
  renderHead: renderInfoFrame,
  sizeOf: (frames) => frames * FRAME_BYTES,
  renderFrames: (bytes) => bytes,
};

/** A frame of silence that says how many follow and what of their sound is not the title's (the `Info` tag that LAME writes). */
function renderInfoFrame(frames: number, soundSamples: number): Uint8Array {
  const before = DELAY_SAMPLES - DECODER_DELAY_SAMPLES;
  const after = frames * FRAME_SAMPLES - soundSamples - before;
  const hasFramesAndBytes = 3;
  const tag = [
    ascii('Info'),
    uint32(hasFramesAndBytes, frames, (frames + 1) * FRAME_BYTES),
    ascii('Lavc     '),
    // Revision, low pass, peak, gains, flags and bit rate: not stated.
    new Uint8Array(12),
    uint8(before >> 4, ((before & 15) << 4) | (after >> 8), after & 255),
  ];
  const used = concatBytes([FRAME_HEADER, new Uint8Array(SIDE_INFORMATION_BYTES), ...tag]);
  return concatBytes([used, new Uint8Array(FRAME_BYTES - used.length)]);
}
