import { expect, test } from 'vitest';
import { ALLOWED_DEMUXERS, inputArgs, packetArgs } from '../../../pipeline/ffmpeg/ffprobe-command.ts';

test('no demuxer is allowed that opens other files, other hosts or devices', () => {
  const lures = [
    'hls',
    'dash',
    'concat',
    'sdp',
    'rtsp',
    'rtp',
    'webm_dash_manifest',
    'image2',
    'image2pipe',
    'lavfi',
    'tty',
    'imf',
    'svg_pipe',
  ];
  expect(ALLOWED_DEMUXERS.filter((name) => lures.includes(name))).toEqual([]);
});

test('a name that looks like an option or a protocol stays a file', () => {
  expect(inputArgs('/media/-i http:x.mp4').slice(-2)).toEqual(['-i', 'file:/media/-i http:x.mp4']);
  expect(inputArgs('/a').slice(0, 2)).toEqual(['-protocol_whitelist', 'file']);
});

test.each([
  [{}, undefined],
  [{ fromTicks: 90_000 }, '1.000000%'],
  [{ toTicks: 3003 }, '%0.033367'],
  [{ fromTicks: -45_000, toTicks: 9_000_000_000 }, '-0.500000%100000.000000'],
])('the interval %j is written as %s', (interval, written) => {
  const args = packetArgs(interval, 2);
  expect(args[args.indexOf('-read_intervals') + 1]).toBe(written ?? args[0]);
});
