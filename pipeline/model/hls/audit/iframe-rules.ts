import { type AuditIframeVariant, type AuditTrack, playlistSeconds } from './audit-title.ts';
import { codecsFindings, haveSameShape, pictureSize, videoVariants } from './codec-rules.ts';
import type { Finding, Rule } from './rule.ts';
import { continuityFindings, extinfFinding } from './timing-rules.ts';

/** Rules on I-frame playlists, which players show while a viewer looks for a place. Their bit rates: see BANDWIDTH_RULES. */
export const IFRAME_RULES: Rule[] = [
  {
    id: 'A6.1',
    severity: 'should',
    title: 'There is an I-frame playlist for video',
    check: ({ input, variants, iframeVariants }) =>
      videoVariants(variants).length > 0 && iframeVariants.length === 0
        ? [{ where: input.multivariant.where, expected: 'EXT-X-I-FRAME-STREAM-INF', seen: 'none' }]
        : [],
  },
  {
    id: 'R4.4.6.3',
    severity: 'must',
    title: 'What EXT-X-I-FRAME-STREAM-INF names is an I-frame playlist, and nothing else is',
    check: ({ playlists }) =>
      playlists
        .filter(({ kind, playlist }) => (kind === 'iframe') !== (playlist.iframesOnly ?? false))
        .map(({ where, kind }) =>
          kind === 'iframe'
            ? { where, expected: 'EXT-X-I-FRAMES-ONLY', seen: 'none' }
            : { where, expected: 'a playlist of whole segments', seen: 'EXT-X-I-FRAMES-ONLY' },
        ),
  },
  {
    id: 'A6.10',
    severity: 'must',
    title: 'What an I-frame playlist names is one I-frame with its moof, each',
    check: ({ iframeTracks }) => iframeTracks.flatMap(wholeFrameFindings),
  },
  {
    id: 'R4.4.3.6',
    severity: 'must',
    title: 'An I-frame lasts until the next one, and the last one until the end',
    check: ({ tracks, iframeTracks, frameSeconds }) =>
      iframeTracks.flatMap((track) => [
        ...continuityFindings(track),
        ...[extinfFinding(track, frameSeconds) ?? []].flat(),
        ...spanFindings(track, tracks[0], frameSeconds),
      ]),
  },
  {
    id: 'A9.3',
    severity: 'must',
    title: 'EXT-X-I-FRAME-STREAM-INF has CODECS, and they are those of the bitstream',
    check: ({ iframeVariants }) => iframeVariants.flatMap((variant) => codecsFindings({ ...variant, audio: [] })),
  },
  {
    id: 'A9.4',
    severity: 'must',
    title: 'EXT-X-I-FRAME-STREAM-INF has RESOLUTION, and it is that of the bitstream, in the shape of the video',
    check: ({ variants, iframeVariants }) =>
      iframeVariants.flatMap((variant) => resolutionFindings(variant, videoVariants(variants)[0]?.track)),
  },
];

function wholeFrameFindings({ segments }: AuditTrack): Finding[] {
  return segments.flatMap(({ where, facts }): Finding[] => {
    if (!facts) return [];
    const { sampleCount, startsWithSync, startsWithIdr } = facts;
    if (sampleCount !== 1) return [{ where, expected: 'one frame', seen: `${sampleCount}` }];
    return startsWithSync && startsWithIdr !== false ? [] : [{ where, expected: 'an I-frame', seen: 'a frame that depends on others' }];
  });
}

function spanFindings(track: AuditTrack, reference: AuditTrack | undefined, frameSeconds: number): Finding[] {
  if (!reference) return [];
  const [expected, seen] = [playlistSeconds(reference.playlist), playlistSeconds(track.playlist)];
  if (Math.abs(expected - seen) <= Math.max(frameSeconds, reference.frameSeconds)) return [];
  return [
    { where: track.where, expected: `${expected.toFixed(3)} s, within a frame, as ${reference.where}`, seen: `${seen.toFixed(3)} s` },
  ];
}

function resolutionFindings({ where, variant: { resolution }, track }: AuditIframeVariant, video: AuditTrack | undefined): Finding[] {
  if (!track?.init) return [];
  const [width, height] = pictureSize(track);
  if (resolution?.width !== width || resolution.height !== height) {
    return [{ where, expected: `RESOLUTION=${width}x${height}`, seen: resolution ? `${resolution.width}x${resolution.height}` : 'none' }];
  }
  if (!video?.init || haveSameShape(pictureSize(video), [width, height])) return [];
  return [{ where, expected: `the shape of ${pictureSize(video).join('x')}`, seen: `${width}x${height}` }];
}
