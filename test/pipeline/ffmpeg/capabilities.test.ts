import { describe, expect, test } from 'vitest';
import {
  type FfmpegCapabilities,
  listMissingCapabilities,
  parseCapabilityListing,
  parseFfmpegVersion,
  parseX264Build,
} from '../../../pipeline/ffmpeg/capabilities.ts';
import type { VideoCodec } from '../../../pipeline/model/plan.ts';

const ENCODERS = `Encoders:
 V..... = Video
 ------
 V....D libx264              libx264 H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10 (codec h264)
 VF...D png                  PNG (Portable Network Graphics) image
 A....D aac                  AAC (Advanced Audio Coding)
 S..... webvtt               WebVTT subtitle
`;

const FILTERS_5 = `Filters:
  T.. = Timeline support
  | = Source or sink filter
 ..C apad              A->A       Pad audio with silence.
 .S. interleave        N->N       Temporally interleave video inputs.
 ... color             |->V       Provide an uniformly colored input.
`;

// ffmpeg 8 has no column for commands.
const FILTERS_8 = `Filters:
  T. = Timeline support
 .. apad              A->A       Pad audio with silence.
 TS scale             V->V       Scale the input video size and/or convert the image format.
`;

const MUXERS = `File formats:
 D. = Demuxing supported
 .E = Muxing supported
 --
  E mp4             MP4 (MPEG-4 Part 14)
 D  mov,mp4,m4a     QuickTime / MOV
 DE mpegts          MPEG-TS (MPEG-2 Transport Stream)
 DEd alsa           ALSA audio output
`;

const PROTOCOLS = `Supported file protocols:
Input:
  async
  file
Output:
  file
  pipe
  unix
`;

describe('listings', () => {
  test.each([
    ['encoders', ENCODERS, ['libx264', 'png', 'aac', 'webvtt']],
    ['filters', FILTERS_5, ['apad', 'interleave', 'color']],
    ['filters', FILTERS_8, ['apad', 'scale']],
    ['muxers', MUXERS, ['mp4', 'mpegts', 'alsa']],
    ['outputProtocols', PROTOCOLS, ['file', 'pipe', 'unix']],
  ] as const)('%s are read without their legend', (kind, text, expected) => {
    expect([...parseCapabilityListing(kind, text)]).toEqual(expected);
  });

  test('what is missing is named in words', () => {
    const nothing: FfmpegCapabilities = {
      encoders: new Set(),
      filters: new Set(),
      muxers: new Set(),
      outputProtocols: new Set(['file', 'pipe']),
    };
    const missing = listMissingCapabilities(nothing);
    expect(missing).toContain('encoder libx264');
    expect(missing).toContain('filter trim');
    expect(missing).toContain('muxer mp4');
    expect(missing).toContain('protocol unix');
    expect(missing).not.toContain('protocol file');
  });
});

test('what codecs need is asked for only where they are', () => {
  const missing = (codecs?: VideoCodec[]) =>
    listMissingCapabilities({ encoders: new Set(), filters: new Set(), muxers: new Set(), outputProtocols: new Set() }, codecs);
  expect(missing(['hevc', 'av1'])).toEqual(expect.arrayContaining(['encoder libx265', 'encoder libaom-av1']));
  expect(missing()).not.toContain('encoder libx265');
});

describe('versions', () => {
  test.each([
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026', '5.1.9'],
    ['ffmpeg version n6.1 Copyright', '6.1'],
    ['ffprobe version 6.1-static https://example.org', '6.1'],
    ['ffmpeg version N-112345-gabcdef0123 Copyright', 'N-112345-gabcdef0123'],
    ['bash: ffmpeg: command not found', undefined],
  ])('%s', (text, expected) => {
    expect(parseFfmpegVersion(text)).toBe(expected);
  });

  test('the x264 build is read from between other bytes', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0x00, 0x80]), Buffer.from('x264 - core 164 r3095 baee400 - H.264/MPEG-4 AVC codec')]);
    expect(parseX264Build(bytes)).toBe('core 164 r3095 baee400');
    expect(parseX264Build(Buffer.from('x264 - core 155 - H.264/MPEG-4'))).toBe('core 155');
    expect(parseX264Build(Buffer.from('nothing of the kind'))).toBeUndefined();
  });
});
