import { av1Codecs, parseAv1Configuration, parseAv1Sequence, renderAv1Configuration, withAv1Level } from './av1-configuration.ts';
import { parseAvcDecoderConfiguration, renderAvcDecoderConfiguration } from './avc-configuration.ts';
import { box } from './box.ts';
import {
  type HevcParameterSets,
  hevcCodecs,
  parseHevcDecoderConfiguration,
  parseHevcSps,
  renderHevcDecoderConfiguration,
} from './hevc-configuration.ts';

/** What a decoder must know before the first sample: NAL units without start codes or lengths, or AV1's sequence header as an OBU. */
export type ParameterSets =
  | { codec: 'h264'; sps: Uint8Array[]; pps: Uint8Array[] }
  | ({ codec: 'hevc' } & HevcParameterSets)
  | { codec: 'av1'; sequenceHeader: Uint8Array };

/** Where the sets are in the sample entry only (Apple authoring 1.10); AV1 repeats its own in its keyframes, as it must. */
export const SAMPLE_ENTRIES: Readonly<Record<ParameterSets['codec'], string>> = { h264: 'avc1', hevc: 'hvc1', av1: 'av01' };

/** The decoder configuration box of a sample entry. Throws BoxError. */
export function renderConfiguration(sets: ParameterSets): Uint8Array {
  switch (sets.codec) {
    case 'h264':
      return box('avcC', renderAvcDecoderConfiguration(sets.sps, sets.pps));
    case 'hevc':
      return box('hvcC', renderHevcDecoderConfiguration(sets));
    case 'av1':
      return box('av1C', renderAv1Configuration(sets.sequenceHeader));
  }
}

/** What a box of a sample entry, without its header, says; undefined for what is no configuration that is known. Throws BoxError. */
export function parseConfiguration(boxType: string, record: Uint8Array): ParameterSets | undefined {
  switch (boxType) {
    case 'avcC': {
      const { sps, pps } = parseAvcDecoderConfiguration(record);
      return { codec: 'h264', sps, pps };
    }
    case 'hvcC': {
      const { vps, sps, pps } = parseHevcDecoderConfiguration(record);
      return { codec: 'hevc', vps, sps, pps };
    }
    case 'av1C':
      return { codec: 'av1', sequenceHeader: parseAv1Configuration(record) };
    default:
      return undefined;
  }
}

/** RFC 6381, from what decoders go by. Throws BoxError. */
export function codecsOf(sets: ParameterSets, sampleEntry: string = SAMPLE_ENTRIES[sets.codec]): string {
  if (sets.codec === 'av1') return av1Codecs(parseAv1Sequence(sets.sequenceHeader));
  const [sps] = sets.sps;
  if (!sps) return sampleEntry;
  if (sets.codec === 'hevc') return hevcCodecs(sampleEntry, parseHevcSps(sps));
  return `${sampleEntry}.${[...sps.subarray(1, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** As the encoder made them, at the level that is planned where the encoder cannot be told it. */
export function atPlannedLevel(sets: ParameterSets, level: number): ParameterSets {
  return sets.codec === 'av1' ? { ...sets, sequenceHeader: withAv1Level(sets.sequenceHeader, level) } : sets;
}
