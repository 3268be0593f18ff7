import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePacketLine } from '../../../pipeline/ffmpeg/packet-line.ts';
import { parseLanguage, parseRational, parseSourceInfo } from '../../../pipeline/ffmpeg/parse-probe.ts';
import { type ProbeDocument, parseProbeDocument, readStreamHeads } from '../../../pipeline/ffmpeg/probe-document.ts';
import { addToTails, type StreamTails } from '../../../pipeline/ffmpeg/stream-extent.ts';
import type { SourceInfo } from '../../../pipeline/model/source-info.ts';

function recordedDocument(name: string): ProbeDocument {
  return parseProbeDocument(readFileSync(new URL(`../../golden/probe/${name}.json`, import.meta.url), 'utf8'))!;
}

/** Recorded output of ffprobe 5.1: the head run, and lines of the last packets. */
function parseRecorded(name: string, tailLines: readonly string[] = [], sizeBytes = 1_000_000): SourceInfo {
  const document = recordedDocument(name);
  const tails: StreamTails = new Map();
  for (const line of tailLines) addToTails(tails, parsePacketLine(line)!);
  return parseSourceInfo({ document, heads: readStreamHeads(document), tails, sizeBytes });
}

describe('recorded probes', () => {
  test("a phone's film is turned clockwise and its metadata tracks are listed", () => {
    const info = parseRecorded('iphone-rotated', ['packet|stream_index=0|pts=260|dts=260|duration=20|flags=__']);
    expect(info.formatNames).toContain('mov');
    expect(info.video).toMatchObject({ codec: 'h264', width: 1280, height: 720, rotationDegrees: 90, frameRate: { num: 30, den: 1 } });
    expect(info.video).toMatchObject({ firstFrameTicks: 0, lastFrameTicks: 39_000, endTicks: 42_000 });
    expect(info.others.map(({ kind }) => kind)).toEqual(['data', 'data']);
  });

  test('the first sound frame, short of its priming, is not the grid: the grid starts behind it', () => {
    const [audio] = parseRecorded('iphone-rotated').audio;
    expect(audio).toMatchObject({ frameSamples: 1024, gridAnchorSamples: 1023, startTicks: 0 });
  });

  test('the cover of a sound file is no film', () => {
    const info = parseRecorded('flac-with-cover');
    expect(info.video).toBeUndefined();
    expect(info.audio).toHaveLength(1);
    expect(info.others).toMatchObject([{ kind: 'cover', codec: 'png' }]);
  });

  test('of two pictures the default or larger is played, and every sound track is kept with its language', () => {
    const info = parseRecorded('two-of-each');
    expect(info.audio.map(({ language }) => language)).toEqual(['en', 'en']);
    expect(info.others.map(({ kind }) => kind)).toEqual(['video', 'subtitle', 'subtitle']);
    expect(info.others[0]?.reason).toBeUndefined();
  });

  test('tracks for the blind and commentaries are known by their dispositions', () => {
    const document = recordedDocument('two-of-each');
    const [first, second] = document.streams.filter(({ codec_type }) => codec_type === 'audio');
    first!.disposition = { ...first!.disposition, visual_impaired: 1 };
    second!.disposition = { ...second!.disposition, comment: 1 };
    const { audio } = parseSourceInfo({ document, heads: readStreamHeads(document), tails: new Map(), sizeBytes: 1 });
    expect(audio).toMatchObject([{ isDescription: true }, { isCommentary: true }]);
    expect(audio[0]).not.toHaveProperty('isCommentary');
  });

  test('a broadcast that starts inside a GOP starts at the first frame that decodes, in absolute time', () => {
    const info = parseRecorded('interlaced-ts');
    expect(info.video?.sampleAspectRatio).toEqual({ num: 64, den: 45 });
    expect(info.video?.firstFrameTicks).toBe(3_757_338_000);
    expect(info.audio[0]?.language).toBe('de');
  });

  test('a frame rate of 1000/1 gives way to what the frames show', () => {
    const { num, den } = parseRecorded('bogus-frame-rate').video!.frameRate;
    expect(num / den).toBeGreaterThan(25);
    expect(num / den).toBeLessThan(35);
  });

  test('frames that come faster than from any camera are a burst, which is offered at the highest rate', () => {
    const document = recordedDocument('bogus-frame-rate');
    const picture = document.streams.find(({ codec_type }) => codec_type === 'video')!;
    Object.assign(picture, { avg_frame_rate: '600/1', r_frame_rate: '600/1', time_base: '1/16000' });
    const heads = readStreamHeads(document);
    heads.get(picture.index)!.framePts = [0, 32, 48, 80, 112, 128, 160];
    const { video } = parseSourceInfo({ document, heads, tails: new Map(), sizeBytes: 1 });
    expect(video?.frameRate).toEqual({ num: 60, den: 1 });
  });

  test.each([
    ['twice what frames show steadily is a mistake', '60/1', undefined, [0, 33, 67, 100, 133, 167, 200, 233, 267], 30],
    ['twice that, of frames that were counted, is true', '60/1', '600', [0, 33, 67, 100, 133, 167, 200, 233, 267], 60],
    ['twice what uneven frames show may be true', '60/1', undefined, [0, 17, 50, 83, 100, 133, 150, 183, 217], 60],
    ['a little more than frames show is true', '30000/1001', undefined, [0, 42, 83, 125, 167, 208, 250, 292, 333], 29.97],
  ])('a rate of %s', (_, avg_frame_rate, nb_frames, framePts, rate) => {
    const document = recordedDocument('bogus-frame-rate');
    const picture = document.streams.find(({ codec_type }) => codec_type === 'video')!;
    Object.assign(picture, { avg_frame_rate, nb_frames, time_base: '1/1000' });
    const heads = readStreamHeads(document);
    heads.get(picture.index)!.framePts = framePts;
    const { num, den } = parseSourceInfo({ document, heads, tails: new Map(), sizeBytes: 1 }).video!.frameRate;
    expect(num / den).toBeCloseTo(rate, 1);
  });

  test('a frame that is missing from what was looked at does not lower the rate', () => {
    const document = recordedDocument('bogus-frame-rate');
    const heads = readStreamHeads(document);
    const parse = () => parseSourceInfo({ document, heads, tails: new Map(), sizeBytes: 1 }).video!.frameRate;
    const whole = parse();
    heads.get(document.streams.find(({ codec_type }) => codec_type === 'video')!.index)!.framePts.splice(3, 1);
    const { num, den } = parse();
    expect((num * whole.den) / (den * whole.num)).toBeCloseTo(1, 2);
  });

  test('a display matrix of zeros turns nothing', () => {
    expect(parseRecorded('rotation-of-zeros').video?.rotationDegrees).toBe(0);
  });

  test('where no rate is stated, the picture gets what the file holds beside the sound', () => {
    const info = parseRecorded('rate-unstated', ['packet|stream_index=0|pts=4000|dts=4000|duration=40|flags=__'], 1_000_000);
    const seconds = (info.video!.endTicks - info.video!.firstFrameTicks) / 90_000;
    expect(info.video?.bitrateBps).toBe(Math.round(8_000_000 / seconds - 64_000));
  });

  test('a stream whose packets do not decode is listed with the reason', () => {
    const document = parseProbeDocument(
      JSON.stringify({
        format: { format_name: 'mpegts' },
        streams: [{ index: 0, codec_type: 'video', codec_name: 'h264', width: 64, height: 64, time_base: '1/90000' }],
        packets_and_frames: [{ type: 'packet', stream_index: 0, pts: 0, dts: 0 }],
      }),
    )!;
    const info = parseSourceInfo({ document, heads: readStreamHeads(document), tails: new Map(), sizeBytes: 1 });
    expect(info.video).toBeUndefined();
    expect(info.others).toMatchObject([{ kind: 'video', reason: expect.stringContaining('decoded') }]);
  });
});

describe('fields', () => {
  test.each([
    ['eng', 'en'],
    ['ger', 'de'],
    ['deu', 'de'],
    ['kor', 'ko'],
    ['chi', 'zh'],
    ['pt_BR', 'pt-BR'],
    ['und', undefined],
    ['', undefined],
    ['English', undefined],
    [undefined, undefined],
  ])('the language %s is %s', (tag, language) => {
    expect(parseLanguage(tag)).toBe(language);
  });

  test.each(['0/0', '0:1', 'N/A', '1/0', '-1/2', '', undefined])('%s is no ratio', (text) => {
    expect(parseRational(text)).toBeUndefined();
  });

  test.each(['', '{', '[1', '"text"', 'null'])('%s is no probe', (text) => {
    expect(parseProbeDocument(text)).toBeUndefined();
  });
});

describe('packet lines', () => {
  test('unknown times are absent, and the flags are read', () => {
    expect(parsePacketLine('packet|stream_index=1|pts=N/A|dts=-20|duration=N/A|flags=K_')).toEqual({
      streamIndex: 1,
      dts: -20,
      isKeyframe: true,
      isDiscarded: false,
    });
    expect(parsePacketLine('packet|stream_index=0|pts=3|flags=_D')).toMatchObject({ isKeyframe: false, isDiscarded: true });
  });

  test('side data behind a packet, and the blank lines it leaves, change nothing', () => {
    expect(parsePacketLine('packet|stream_index=0|pts=7|dts=7|duration=1|flags=__|side_data|id=224')).toMatchObject({ pts: 7 });
    expect(parsePacketLine('')).toBeUndefined();
  });
});
