import { BoxError, concatBytes, uint8, uint16, uint32 } from './box.ts';

/** samplingFrequencyIndex (ISO/IEC 14496-3 1.6.3.4). */
const SAMPLING_FREQUENCIES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const AAC_LC = 2;

/** AudioSpecificConfig of AAC-LC (ISO/IEC 14496-3 1.6.2.1): two bytes. Throws BoxError for rates that have no index. */
export function aacAudioSpecificConfig(sampleRate: number, channels: number): Uint8Array {
  const index = SAMPLING_FREQUENCIES.indexOf(sampleRate);
  if (index < 0) throw new BoxError(`AAC has no index for a sample rate of ${sampleRate}`, 0);
  const channelConfiguration = channels === 8 ? 7 : channels;
  return uint16((AAC_LC << 11) | (index << 7) | (channelConfiguration << 3));
}

const ES_DESCRIPTOR = 3;
const DECODER_CONFIG = 4;
const DECODER_SPECIFIC = 5;
const SL_CONFIG = 6;
const OBJECT_TYPE_AAC = 0x40;
const STREAM_TYPE_AUDIO = 0x15;

/** The body of an `esds` box (ISO/IEC 14496-1 7.2.6.5). */
export function renderEsds(audioSpecificConfig: Uint8Array, bitrateBps: number): Uint8Array {
  const decoderConfig = descriptor(
    DECODER_CONFIG,
    uint8(OBJECT_TYPE_AAC, STREAM_TYPE_AUDIO, 0, 0, 0),
    uint32(bitrateBps, bitrateBps),
    descriptor(DECODER_SPECIFIC, audioSpecificConfig),
  );
  return descriptor(ES_DESCRIPTOR, uint16(1), uint8(0), decoderConfig, descriptor(SL_CONFIG, uint8(2)));
}

/** RFC 6381 for an `esds` body (after version and flags are skipped): `mp4a.40.2` for AAC-LC. Throws BoxError. */
export function parseAudioCodec(esds: Uint8Array, sampleEntry: string): string {
  const config = findDescriptor(esds, 4, [ES_DESCRIPTOR, DECODER_CONFIG]);
  const objectType = esds[config.start];
  if (objectType === undefined) throw new BoxError('The decoder configuration is cut off', config.start);
  if (objectType !== OBJECT_TYPE_AAC) return `${sampleEntry}.${objectType.toString(16).padStart(2, '0')}`;
  const specific = findDescriptor(esds, config.start + 13, [DECODER_SPECIFIC]);
  const first = esds[specific.start] ?? 0;
  const audioObjectType = first >> 3 === 31 ? 32 + (((first & 7) << 3) | ((esds[specific.start + 1] ?? 0) >> 5)) : first >> 3;
  return `${sampleEntry}.40.${audioObjectType}`;
}

/** AudioSpecificConfig of MPEG-4 audio in an `esds` body. Throws BoxError. */
export function findAudioSpecificConfig(esds: Uint8Array): Uint8Array {
  const config = findDescriptor(esds, 4, [ES_DESCRIPTOR, DECODER_CONFIG]);
  if (esds[config.start] !== OBJECT_TYPE_AAC) throw new BoxError('The sound is not MPEG-4 audio', config.start);
  const { start } = findDescriptor(esds, config.start + 13, [DECODER_SPECIFIC]);
  return esds.slice(start, start + (esds[start - 1] ?? 0));
}

function findDescriptor(bytes: Uint8Array, offset: number, tags: readonly number[]): { start: number } {
  const [tag, ...rest] = tags;
  if (bytes[offset] !== tag) throw new BoxError(`Descriptor ${tag} is missing`, offset);
  let start = offset + 1;
  while ((bytes[start] ?? 0) & 0x80) start++;
  start++;
  if (rest.length === 0) return { start };
  return findDescriptor(bytes, start + 3, rest);
}

function descriptor(tag: number, ...body: Uint8Array[]): Uint8Array {
  const bytes = concatBytes(body);
  return concatBytes([uint8(tag, bytes.length), bytes]);
}
