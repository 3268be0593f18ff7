import { expect, test } from 'vitest';
import { probeFailure } from '../../../pipeline/ffmpeg/probe-failure.ts';

const PATH = '/media/film.mp4';
const INVALID = `file:${PATH}: Invalid data found when processing input`;
const NO_MOOV = `[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55ac] moov atom not found\n${INVALID}`;
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test.each([
  ['an MP4 without its index was cut short', NO_MOOV, '\x00\x00\x00\x20ftypisom', 'source_truncated'],
  ['text named .mp4 is not media, though ffprobe misses its index too', NO_MOOV, 'Dear diary, today', 'source_not_media'],
  ['a damaged Matroska file is told from text', `EBML header parsing failed\n${INVALID}`, '\x1aE\xdf\xa3\x00', 'source_truncated'],
  ['a cut MPEG-TS is told from text', INVALID, `G${'\0'.repeat(187)}G${'\0'.repeat(187)}G`, 'source_truncated'],
  ['a playlist is refused', `[hls @ 0x56] Format not on whitelist 'mov'\nfile:${PATH}: Invalid argument`, '#EXTM3U', 'source_not_media'],
  [
    'an encrypted film is named as one',
    `hit EOF while reading sub-sample encryption info\n${INVALID}`,
    '\x00\x00\x00\x20ftyp',
    'source_unsupported',
  ],
  ['a picture is told from a film', "[png_pipe @ 0x5] Format not on whitelist 'mov'", '\x89PNG\r\n', 'source_still'],
  ['so is one from a phone, which is built like a film', NO_MOOV, '\x00\x00\x00\x18ftypheic', 'source_still'],
  ['a codec that does not open is not damage', '', '\x00\x00\x00\x20ftypmp42', 'source_unsupported'],
  [
    'a file that asks for too much memory is not cut short',
    `file:${PATH}: Cannot allocate memory`,
    '\x00\x00\x00\x20ftyp',
    'source_unsupported',
  ],
  ['a forbidden file is unreadable', `file:${PATH}: Permission denied`, '', 'source_unreadable'],
])('%s', (_claim, stderr, head, code) => {
  expect(probeFailure(PATH, stderr, bytes(head)).code).toBe(code);
});

test('a refused kind is named in the message', () => {
  expect(probeFailure(PATH, "[srt @ 0x5] Format not on whitelist 'mov'", bytes('1\n')).message).toContain('srt');
});
