import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MediaPlaylist, renderMediaPlaylistText } from '../../../../pipeline/model/hls/media-playlist.ts';
import type { MediaSegment } from '../../../../pipeline/model/hls/media-segment.ts';
import { type MultivariantPlaylist, renderMultivariantText } from '../../../../pipeline/model/hls/multivariant-playlist.ts';
import { parseMediaPlaylist, parseMultivariantPlaylist, parsePlaylist } from '../../../../pipeline/model/hls/parse-playlist.ts';
import { PlaylistError } from '../../../../pipeline/model/hls/playlist-error.ts';
import { golden } from './golden.ts';

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** Drops undefined fields, as the parser leaves absent attributes out. */
const compact = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
const uri = fc.stringMatching(/^[a-z0-9][a-z0-9/._~%?=-]{0,20}$/);
const quotable = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/["\r\n]/.test(text));
const positive = fc.integer({ min: 0, max: 2 ** 40 });
const resolution = fc.record({ width: fc.integer({ min: 1, max: 8192 }), height: fc.integer({ min: 1, max: 8192 }) });

const mediaSegment: fc.Arbitrary<MediaSegment> = fc
  .record({
    durationSeconds: fc.integer({ min: 0, max: 10_000_000 }).map((microseconds) => microseconds / 1e6),
    title: optional(quotable.filter((text) => text !== '')),
    uri,
    map: optional(fc.record({ uri })),
    discontinuity: optional(fc.constant(true)),
    programDateTime: optional(fc.constantFrom('2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05+09:00')),
  })
  .map((segment) => compact(segment) as MediaSegment);

const mediaPlaylist: fc.Arbitrary<MediaPlaylist> = fc
  .record({
    kind: fc.constant('media' as const),
    version: fc.integer({ min: 1, max: 13 }),
    targetDurationSeconds: fc.integer({ min: 0, max: 60 }),
    mediaSequence: positive,
    discontinuitySequence: optional(positive),
    playlistType: optional(fc.constantFrom('VOD' as const, 'EVENT' as const)),
    independentSegments: fc.boolean(),
    iframesOnly: optional(fc.constant(true)),
    segments: fc.array(mediaSegment, { maxLength: 8 }),
    ended: fc.boolean(),
  })
  .map((playlist) => compact(playlist) as MediaPlaylist);

const multivariantPlaylist: fc.Arbitrary<MultivariantPlaylist> = fc.record({
  kind: fc.constant('multivariant' as const),
  version: fc.integer({ min: 1, max: 13 }),
  independentSegments: fc.boolean(),
  renditions: fc.array(
    fc
      .record({
        type: fc.constantFrom('AUDIO' as const, 'SUBTITLES' as const),
        groupId: quotable,
        name: quotable,
        language: optional(fc.constantFrom('en', 'ko', 'und')),
        isDefault: fc.boolean(),
        autoselect: fc.boolean(),
        channels: optional(fc.constantFrom('1', '2', '6')),
        uri: optional(uri),
      })
      .map((rendition) => compact(rendition) as MultivariantPlaylist['renditions'][number]),
    { maxLength: 4 },
  ),
  variants: fc.array(
    fc
      .record({
        bandwidthBps: positive,
        averageBandwidthBps: optional(positive),
        codecs: optional(fc.constantFrom('avc1.64001f,mp4a.40.2', 'mp4a.40.2')),
        resolution: optional(resolution),
        frameRate: optional(fc.integer({ min: 1, max: 120_000 }).map((thousandths) => thousandths / 1000)),
        videoRange: optional(fc.constantFrom('SDR', 'PQ')),
        audioGroupId: optional(quotable),
        closedCaptions: optional(fc.oneof(fc.constant('none' as const), fc.record({ groupId: quotable }))),
        uri,
      })
      .map((variant) => compact(variant) as MultivariantPlaylist['variants'][number]),
    { minLength: 1, maxLength: 4 },
  ),
  iframes: fc.array(
    fc
      .record({
        bandwidthBps: positive,
        averageBandwidthBps: optional(positive),
        codecs: optional(fc.constant('avc1.64001e')),
        resolution: optional(resolution),
        uri: quotable.filter((text) => text !== ''),
      })
      .map((variant) => compact(variant) as MultivariantPlaylist['iframes'][number]),
    { maxLength: 2 },
  ),
});

describe('parsePlaylist', () => {
  test('reads back every media playlist that is rendered', () => {
    fc.assert(
      fc.property(mediaPlaylist, (playlist) => {
        expect(parsePlaylist(renderMediaPlaylistText(playlist))).toEqual(playlist);
      }),
    );
  });

  test('reads back every multivariant playlist that is rendered', () => {
    fc.assert(
      fc.property(multivariantPlaylist, (playlist) => {
        expect(parsePlaylist(renderMultivariantText(playlist))).toEqual(playlist);
      }),
    );
  });

  test('fails with nothing but PlaylistError on damaged playlists', () => {
    fc.assert(
      fc.property(multivariantPlaylist, fc.nat(), fc.string({ maxLength: 5 }), (playlist, at, noise) => {
        const text = renderMultivariantText(playlist);
        const damaged = text.slice(0, at % text.length) + noise + text.slice((at % text.length) + noise.length);
        try {
          parsePlaylist(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(PlaylistError);
        }
      }),
    );
  });

  test('ignores comments, blank lines, CR and tags it does not know, as clients must', () => {
    const text = golden('vod-video.m3u8').replace('#EXT-X-MAP', '#EXT-X-FUTURE:A=1\n\n# a comment\n#EXT-X-MAP').replaceAll('\n', '\r\n');
    expect(parseMediaPlaylist(text)).toEqual(parseMediaPlaylist(golden('vod-video.m3u8')));
  });

  test('a name may hold any character but quotation marks and line breaks, such as U+2028', () => {
    const text = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x\u2028y, z=1"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv\n';
    expect(parseMultivariantPlaylist(text).renditions[0]?.name).toBe('x\u2028y, z=1');
  });

  test('a default rendition is selected automatically unless it says otherwise', () => {
    const text = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",DEFAULT=YES\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv\n';
    expect(parseMultivariantPlaylist(text).renditions[0]).toMatchObject({ isDefault: true, autoselect: true });
  });

  const head = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n';
  test.each([
    ['an empty text', '', 1],
    ['a byte order mark', '\ufeff#EXTM3U\n', 1],
    ['no target duration', '#EXTM3U\n#EXTINF:4,\na', 3],
    ['a target duration that is not whole', '#EXTM3U\n#EXT-X-TARGETDURATION:4.5\n', 2],
    ['a header tag that stands twice', `${head}#EXT-X-TARGETDURATION:4\n`, 3],
    ['a header tag after the first segment', `${head}#EXTINF:4,\na\n#EXT-X-MEDIA-SEQUENCE:1\n`, 5],
    ['an EXTINF without its comma', `${head}#EXTINF:4\na\n`, 3],
    ['a negative duration', `${head}#EXTINF:-1,\na\n`, 3],
    ['two EXTINFs and one URI', `${head}#EXTINF:4,\n#EXTINF:4,\na\n`, 4],
    ['an EXTINF at the end', `${head}#EXTINF:4,\n`, 4],
    ['a URI with no tag', `${head}a\n`, 3],
    ['a URI with white space', `${head}#EXTINF:4,\na b\n`, 4],
    ['a playlist type that is neither', `${head}#EXT-X-PLAYLIST-TYPE:LIVE\n`, 3],
    ['a byte range, which it would misread', `${head}#EXTINF:4,\n#EXT-X-BYTERANGE:10@0\na\n`, 4],
    ['tags of both kinds', `${head}#EXT-X-STREAM-INF:BANDWIDTH=1\na\n`, 3],
    ['a variant without BANDWIDTH', '#EXTM3U\n#EXT-X-STREAM-INF:CODECS="a"\na\n', 2],
    ['an attribute that stands twice', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,BANDWIDTH=2\na\n', 2],
    ['an attribute list that ends in a comma', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,\na\n', 2],
    ['a quoted value that must not be', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH="1"\na\n', 2],
    ['a resolution of one number', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=720\na\n', 2],
    ['a variant whose next line is not a URI', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n# comment\na\n', 3],
    ['a rendition of no known type', '#EXTM3U\n#EXT-X-MEDIA:TYPE=SMELL,GROUP-ID="a",NAME="n"\n', 2],
    ['a rendition without a group', '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME="n"\n', 2],
  ])('refuses %s, and says where', (_, text, line) => {
    expect(() => parsePlaylist(text)).toThrow(expect.objectContaining({ name: 'PlaylistError', line }));
  });
});
