import type { HdrFormat } from '../plan.ts';
import type { HdrLight } from '../source-info.ts';
import { ascii, box, uint16, uint32 } from './box.ts';

/** Primaries, transfer and matrix (ISO/IEC 23091-2): BT.709, or BT.2020 with PQ or HLG. */
const COLORS = { SDR: [1, 1, 1], PQ: [9, 16, 9], HLG: [9, 18, 9] } as const;

/** What a sample entry says of its pictures' colours: `colr` in limited range and, of HDR, what the source says of its light. */
export function colorBoxes(hdr: HdrFormat | undefined): Uint8Array[] {
  const { mastering, content } = hdr?.light ?? {};
  return [
    box('colr', ascii('nclx'), uint16(...COLORS[hdr?.range ?? 'SDR']), Uint8Array.of(0)),
    ...(mastering ? [masteringDisplay(mastering)] : []),
    ...(content ? [box('clli', uint16(content.maxCll, content.maxFall))] : []),
  ];
}

/** ISO/IEC 14496-12 12.1.6: in the order of ITU-T H.265 D.3.28, green first. */
function masteringDisplay({ red, green, blue, white, maxLuminance, minLuminance }: NonNullable<HdrLight['mastering']>): Uint8Array {
  return box('mdcv', uint16(...green, ...blue, ...red, ...white), uint32(maxLuminance, minLuminance));
}
