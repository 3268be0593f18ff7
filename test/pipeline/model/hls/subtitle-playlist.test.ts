import { describe, expect, test } from 'vitest';
import { parseMediaPlaylist } from '../../../../pipeline/model/hls/parse-playlist.ts';
import { renderMediaPlaylist } from '../../../../pipeline/model/hls/render-media-playlist.ts';
import { renderSubtitlePlaylist, renderSubtitleSegment } from '../../../../pipeline/model/hls/subtitle-playlist.ts';
import { parseVtt } from '../../../../pipeline/model/text/parse-vtt.ts';
import { planTimeline } from '../../../../pipeline/model/timeline/boundaries.ts';
import { samplePlan, videoRendition } from './sample-plan.ts';

const timeline = planTimeline(945_000, { segmentSeconds: 4, rampSeconds: [], keyframeSeconds: 2 });

test('the playlist has the segments of the picture, to the microsecond', () => {
  const text = parseMediaPlaylist(renderSubtitlePlaylist(samplePlan().timeline));
  const picture = parseMediaPlaylist(renderMediaPlaylist(samplePlan(), videoRendition()));
  expect(text).toEqual({
    ...picture,
    segments: picture.segments.map(({ durationSeconds }, n) => ({ durationSeconds, uri: `${n}.vtt` })),
  });
});

describe('a segment', () => {
  const cues = [
    { startMs: 500, endMs: 4000, text: 'ends with the first' },
    { startMs: 3000, endMs: 9000, text: 'spans three', settings: 'line:0' },
    { startMs: 4000, endMs: 5000, text: 'starts with the second' },
    { startMs: 10_400, endMs: 20_000, text: 'outlasts the title' },
    { startMs: 12_000, endMs: 13_000, text: 'comes after it' },
  ];
  const textsOf = (segment: number) => parseVtt(renderSubtitleSegment(timeline, cues, segment)).map(({ text }) => text);

  test('has every cue that is shown within it, so that each is there after a seek', () => {
    expect([0, 1, 2].map(textsOf)).toEqual([
      ['ends with the first', 'spans three'],
      ['spans three', 'starts with the second'],
      ['spans three', 'outlasts the title'],
    ]);
  });

  test('maps its times to the media, and keeps them and the settings of a cue as they are', () => {
    expect(renderSubtitleSegment(timeline, cues.slice(1, 2), 2)).toBe(
      'WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n00:00:03.000 --> 00:00:09.000 line:0\nspans three\n',
    );
  });

  test('without a cue is WebVTT all the same', () => {
    expect(renderSubtitleSegment(timeline, [], 0)).toBe('WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n');
  });

  test('past the end is none', () => {
    expect(() => renderSubtitleSegment(timeline, cues, 3)).toThrow(RangeError);
  });
});
