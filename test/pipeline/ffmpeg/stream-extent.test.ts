import { describe, expect, test } from 'vitest';
import { parsePacketLine } from '../../../pipeline/ffmpeg/packet-line.ts';
import { emptyHead } from '../../../pipeline/ffmpeg/probe-document.ts';
import { addToTails, audioExtent, type StreamTail, type StreamTails, videoExtent } from '../../../pipeline/ffmpeg/stream-extent.ts';

function tailOf(...lines: string[]): StreamTail | undefined {
  const tails: StreamTails = new Map();
  for (const line of lines) addToTails(tails, parsePacketLine(`packet|stream_index=0|${line}`)!);
  return tails.get(0);
}

const MILLISECONDS = { num: 1, den: 1000 };
const FPS_30 = { num: 30, den: 1 };

describe('video', () => {
  test('the last frame is the one with the largest PTS, not the last packet', () => {
    const tail = tailOf('pts=5992|dts=5825|duration=33', 'pts=5925|dts=5858|duration=33', 'pts=5958|dts=5925|duration=33');
    const head = { ...emptyHead(), frames: 3, framePts: [25, 58, 92] };
    expect(videoExtent(head, tail, MILLISECONDS, FPS_30)).toEqual({ firstFrameTicks: 2250, lastFrameTicks: 539_280, endTicks: 542_250 });
  });

  test('packets that an edit list hides end nothing', () => {
    const head = { ...emptyHead(), frames: 1, framePts: [0] };
    const tail = tailOf('pts=100|duration=33|flags=__', 'pts=133|duration=33|flags=_D');
    expect(videoExtent(head, tail, MILLISECONDS, FPS_30).lastFrameTicks).toBe(9000);
  });

  test("where packets have no PTS (AVI with B-frames), the decoder's delay is added to the last DTS", () => {
    const head = { ...emptyHead(), frames: 8, firstDts: 0, framePts: [2, 3, 4, 5, 6, 7, 8, 9] };
    const extent = videoExtent(head, tailOf('pts=N/A|dts=179|duration=1'), { num: 1, den: 30 }, FPS_30);
    expect(extent).toEqual({ firstFrameTicks: 6000, lastFrameTicks: 181 * 3000, endTicks: 182 * 3000 });
  });

  test('where there are no times at all (a raw stream), frames are counted', () => {
    const extent = videoExtent({ ...emptyHead(), frames: 8 }, tailOf('pts=N/A', 'pts=N/A', 'pts=N/A'), MILLISECONDS, FPS_30);
    expect(extent).toEqual({ firstFrameTicks: 0, lastFrameTicks: 6000, endTicks: 9000 });
  });

  test('a last duration that cannot be true is one frame instead', () => {
    const head = { ...emptyHead(), frames: 1, framePts: [0] };
    const extent = videoExtent(head, tailOf('pts=1000|duration=4294951133'), MILLISECONDS, FPS_30);
    expect(extent.endTicks).toBe(93_000);
  });
});

describe('audio', () => {
  const BY_SAMPLE = { num: 1, den: 48_000 };

  test('whole frames give the grid', () => {
    const head = { ...emptyHead(), frames: 3, framePts: [0, 1024, 2048], frameSamples: [1024, 1024, 1024] };
    expect(audioExtent(head, tailOf('pts=9216|duration=1024'), BY_SAMPLE, 48_000)).toEqual({
      startTicks: 0,
      endTicks: 19_200,
      frameSamples: 1024,
    });
  });

  test('short and long blocks give their common divisor', () => {
    const head = { ...emptyHead(), frames: 4, framePts: [0], frameSamples: [576, 576, 1024, 128] };
    expect(audioExtent(head, undefined, BY_SAMPLE, 48_000).frameSamples).toBe(64);
  });

  test.each([
    ['a little beside their frames are jittery', [0, 1010, 2058, 3072, 4090], true],
    ['at their frames are not', [0, 1024, 2048, 3072, 4096], false],
    ['with a true gap are not', [0, 1024, 2048, 9000, 10_024], false],
  ])('times %s', (_, framePts, isJittery) => {
    const head = { ...emptyHead(), frames: 5, framePts, frameSamples: [1024, 1024, 1024, 1024, 1024] };
    expect(audioExtent(head, undefined, BY_SAMPLE, 48_000).isJittery ?? false).toBe(isJittery);
    // Milliseconds are rounded to the grid anyway.
    expect(audioExtent(head, undefined, { num: 1, den: 1000 }, 48_000)).not.toHaveProperty('isJittery');
  });

  test('the anchor is where the first whole frame starts', () => {
    const head = { ...emptyHead(), frames: 3, framePts: [480, 1128, 2088], frameSamples: [648, 960, 960] };
    expect(audioExtent(head, undefined, BY_SAMPLE, 48_000)).toMatchObject({ startTicks: 900, frameSamples: 960, gridAnchorSamples: 1128 });
  });
});
