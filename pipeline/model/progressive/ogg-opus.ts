import { ascii, concatBytes, viewOf } from '../mp4/box.ts';
import type { PlaceInSound, SoundCoding } from './sound-file.ts';

const FRAME_SAMPLES = 960;
/** 128 kb/s. */
const FRAME_BYTES = 320;
/** What libopus is late by at 48 kHz. */
const DELAY_SAMPLES = 312;
/** A second: what a player reads to seek is small, and so is what pages add. */
const FRAMES_PER_PAGE = 50;

const PAGE_HEADER_BYTES = 27;
/** A packet of 320 bytes is 255 and 65 of them (RFC 3533 5). */
const LACING = [255, FRAME_BYTES - 255] as const;
const FIRST_PAGE = 2;
const LAST_PAGE = 4;
const HEAD_PAGES = 2;
const SERIAL = 0x6d726163;

/** Opus in Ogg (RFC 7845), all packets of one size. */
export const OGG_OPUS: SoundCoding = {
  contentType: 'audio/ogg; codecs=opus',
  encoderArgs: ['-c:a', 'libopus', '-b:a', '128k', '-vbr', 'off', '-application', 'audio', '-frame_duration', '20'],
  frameSamples: FRAME_SAMPLES,
  frameBytes: FRAME_BYTES,
  delaySamples: DELAY_SAMPLES,
  framesPerPiece: 20 * FRAMES_PER_PAGE,
  renderHead: renderHeadPages,
  sizeOf: (frames) => Math.ceil(frames / FRAMES_PER_PAGE) * PAGE_HEADER_BYTES + frames * (LACING.length + FRAME_BYTES),
  renderFrames: renderPages,
};

function renderHeadPages(): Uint8Array {
  const head = new Uint8Array(19);
  head.set(ascii('OpusHead'));
  const view = viewOf(head);
  view.setUint8(8, 1);
  view.setUint8(9, 2);
  view.setUint16(10, DELAY_SAMPLES, true);
  view.setUint32(12, 48_000, true);
  const vendor = ascii('Millrace');
  const tags = new Uint8Array(16 + vendor.length);
  tags.set(ascii('OpusTags'));
  viewOf(tags).setUint32(8, vendor.length, true);
  tags.set(vendor, 12);
  return concatBytes([
    renderPage({ type: FIRST_PAGE, granule: 0, number: 0, lacing: [head.length], body: head }),
    renderPage({ type: 0, granule: 0, number: 1, lacing: [tags.length], body: tags }),
  ]);
}

function renderPages(bytes: Uint8Array, { firstFrame, frames, soundSamples }: PlaceInSound): Uint8Array {
  const count = bytes.length / FRAME_BYTES;
  const pages: Uint8Array[] = [];
  for (let first = 0; first < count; first += FRAMES_PER_PAGE) {
    const end = Math.min(count, first + FRAMES_PER_PAGE);
    const isLast = firstFrame + end === frames;
    pages.push(
      renderPage({
        type: isLast ? LAST_PAGE : 0,
        // The last one says where the sound ends (RFC 7845 4.4).
        granule: isLast ? DELAY_SAMPLES + soundSamples : (firstFrame + end) * FRAME_SAMPLES,
        number: HEAD_PAGES + (firstFrame + first) / FRAMES_PER_PAGE,
        lacing: Array.from({ length: end - first }, () => LACING).flat(),
        body: bytes.subarray(first * FRAME_BYTES, end * FRAME_BYTES),
      }),
    );
  }
  return concatBytes(pages);
}

interface Page {
  type: number;
  granule: number;
  number: number;
  lacing: readonly number[];
  body: Uint8Array;
}

/** RFC 3533 6. */
function renderPage({ type, granule, number, lacing, body }: Page): Uint8Array {
  const page = new Uint8Array(PAGE_HEADER_BYTES + lacing.length + body.length);
  const view = viewOf(page);
  page.set(ascii('OggS'));
  view.setUint8(5, type);
  view.setBigUint64(6, BigInt(granule), true);
  view.setUint32(14, SERIAL, true);
  view.setUint32(18, number, true);
  view.setUint8(26, lacing.length);
  page.set(lacing, PAGE_HEADER_BYTES);
  page.set(body, PAGE_HEADER_BYTES + lacing.length);
  view.setUint32(22, checksum(page), true);
  return page;
}

const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value;
});

/** CRC-32 as Ogg has it: unreflected, from zero. */
function checksum(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = (value << 8) ^ (CHECKSUMS[((value >>> 24) ^ byte) & 255] as number);
  return value >>> 0;
}
