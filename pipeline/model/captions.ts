/** The channels of CEA-608 that captions are in: two in each field of the picture. */
export const CAPTION_CHANNELS = ['CC1', 'CC2', 'CC3', 'CC4'] as const;
export type CaptionChannel = (typeof CAPTION_CHANNELS)[number];

export interface CaptionFacts {
  /** CEA-608/708 captions inside the picture's bitstream. */
  hasClosedCaptions?: boolean;
  /** The channels of them that something is written to; absent where nobody has looked. */
  captionChannels?: readonly CaptionChannel[];
}

/** The channels that a picture's captions are taken to be in: where nobody has looked, the one that is always used. */
export function captionChannelsOf({ hasClosedCaptions, captionChannels }: CaptionFacts): readonly CaptionChannel[] {
  return hasClosedCaptions ? (captionChannels ?? ['CC1']) : [];
}

/** `GA94` and the type of caption data (ATSC A/53 part 4, 6.2.3): how they begin in the bitstream of every codec. */
const CAPTION_DATA = [0x47, 0x41, 0x39, 0x34, 0x03];
const HEADER_BYTES = CAPTION_DATA.length + 2;

/**
 * The channels that something is written to, in the captions of a bitstream without its emulation prevention bytes: those with a
 * control code (CEA-608 8.4) after which something is shown. What fills unused fields has none.
 */
export function readCaptionChannels(bytes: Uint8Array): CaptionChannel[] {
  const used = new Set<CaptionChannel>();
  for (let at = bytes.indexOf(0x47); at >= 0; at = bytes.indexOf(0x47, at + 1)) {
    if (!CAPTION_DATA.every((byte, index) => bytes[at + index] === byte)) continue;
    const flags = bytes[at + CAPTION_DATA.length] ?? 0;
    const isProcessed = (flags & 0x40) !== 0;
    const first = at + HEADER_BYTES;
    const count = isProcessed ? flags & 0x1f : 0;
    const end = Math.min(first + 3 * count, bytes.length - 2);
    for (let offset = first; offset < end; offset += 3) {
      const channel = channelOf(bytes[offset] as number, bytes[offset + 1] as number, bytes[offset + 2] as number);
      if (channel) used.add(channel);
    }
  }
  return CAPTION_CHANNELS.filter((channel) => used.has(channel));
}

/** Text mode, which is no captions, and what only erases. */
const SHOW_NOTHING = new Set([0x2a, 0x2b, 0x2c, 0x2e]);

/** Of a valid pair of bytes of field 1 or 2 that is a control code. CEA-708 has types of its own. */
function channelOf(marker: number, one: number, two: number): CaptionChannel | undefined {
  const isValid = (marker & 0x04) !== 0;
  const type = marker & 0x03;
  // The highest bit is parity.
  const [code, second] = [one & 0x7f, two & 0x7f];
  if (!isValid || type > 1 || code < 0x10 || code > 0x1f) return undefined;
  const isMiscellaneous = (code & 0x76) === 0x14;
  if (isMiscellaneous && SHOW_NOTHING.has(second)) return undefined;
  return CAPTION_CHANNELS[2 * type + ((code & 0x08) === 0 ? 0 : 1)];
}

/** What H.264 and HEVC put between zeros (ISO/IEC 14496-10 7.4.1), taken out. */
export function withoutEmulationPrevention(bytes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  let zeros = 0;
  for (const byte of bytes) {
    const isPrevention = zeros >= 2 && byte === 3;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (!isPrevention) plain[length++] = byte;
  }
  return plain.subarray(0, length);
}
