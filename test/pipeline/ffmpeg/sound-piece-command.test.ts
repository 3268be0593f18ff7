import { expect, test } from 'vitest';
import { soundPieceCommand } from '../../../pipeline/ffmpeg/encode-sound-piece.ts';
import { MP3 } from '../../../pipeline/model/progressive/mp3.ts';
import type { AudioStreamInfo, SourceInfo } from '../../../pipeline/model/source-info.ts';
import { audioRendition } from '../model/hls/sample-plan.ts';

const stream: AudioStreamInfo = {
  ...{ index: 1, codec: 'aac', sampleRate: 48_000, channels: 2, timeBase: { num: 1, den: 48_000 }, isDefault: true },
  ...{ startTicks: 0, endTicks: 90_000 * 60, frameSamples: 1024 },
};
const info: SourceInfo = { formatNames: ['mov', 'mp4'], sizeBytes: 1, audio: [stream], others: [], tags: {} };

const command = (first: number, end: number, changes = {}) => {
  const rendition = audioRendition({ sourceStreamIndex: 1, ...changes });
  return soundPieceCommand({ path: '/films/a.mp4', info }, { coding: MP3, rendition, originTicks: 0, first, end }, 'unix:/out');
};

test('a piece is encoded from eight frames before its first to two behind its last', () => {
  const { inputs, filters, outputs } = command(800, 1600);
  expect(inputs).toHaveLength(1);
  expect(filters[0]).toContain(`atrim=start_pts=${(800 - 8) * 1152}:end_pts=${(1600 + 2) * 1152}`);
  expect(outputs[0]?.options).toEqual(['-map', '[s]', ...MP3.encoderArgs, '-ar', '48000', '-f', 'data']);
});

test('the grid of copied sound, and how it is played in surround, have nothing to do with it', () => {
  expect(command(0, 10, { copied: { peakBps: 1, averageBps: 1 }, gridOffsetSamples: 312, timescale: 44_100, channels: 6 })).toEqual(
    command(0, 10),
  );
});

test('where the source has no sound any more it is silence, and nothing is opened', () => {
  const { inputs, filters } = command(2600, 2700);
  expect(inputs).toEqual([]);
  expect(filters[0]).toContain('anullsrc');
});
