import type { Seconds } from '../../time.ts';
import { type AuditTitle, type AuditTrack, playlistSeconds } from './audit-title.ts';
import type { Finding, Rule } from './rule.ts';
import { EXPECTED_TIMESTAMP_MAP } from './text-facts.ts';

/** Rules on subtitles and captions. */
export const TEXT_RULES: Rule[] = [
  {
    id: 'A5.3',
    severity: 'must',
    title: 'Subtitle segments are WebVTT',
    check: ({ texts }) =>
      texts.flatMap(({ segments }) =>
        segments
          .filter(({ file }) => file.text?.isVtt === false)
          .map(({ where }) => ({ where, expected: 'a file that begins with WEBVTT', seen: 'another beginning' })),
      ),
  },
  {
    id: 'A5.2',
    severity: 'must',
    title: 'Subtitle segments map their times to those of the media',
    check: ({ texts }) =>
      texts.flatMap(({ segments }) =>
        segments
          .filter(({ file }) => file.text && file.text.timestampMap !== EXPECTED_TIMESTAMP_MAP)
          .map(({ where, file }) => ({ where, expected: EXPECTED_TIMESTAMP_MAP, seen: file.text?.timestampMap ?? 'no X-TIMESTAMP-MAP' })),
      ),
  },
  {
    id: 'A5.5',
    severity: 'must',
    title: 'Subtitle playlists span the whole content',
    check: ({ texts, tracks, frameSeconds }) => {
      const [reference] = tracks;
      if (!reference) return [];
      const seconds = playlistSeconds(reference.playlist);
      return texts
        .filter(({ playlist }) => Math.abs(playlistSeconds(playlist) - seconds) > Math.max(frameSeconds, reference.frameSeconds))
        .map(({ where, playlist }) => ({
          where,
          expected: `${seconds.toFixed(3)} s, within a frame, as ${reference.where}`,
          seen: `${playlistSeconds(playlist).toFixed(3)} s`,
        }));
    },
  },
  {
    id: 'R3.1.4',
    severity: 'must',
    title: 'Cues are shown within the segments that hold them',
    check: ({ texts }) => texts.flatMap(strayCues),
  },
  {
    id: 'R4.4.6',
    severity: 'must',
    title: 'Subtitles have playlists, captions a channel within the picture, and both a group that exists',
    check: groupFindings,
  },
];

/** A cue is as exact as WebVTT, which has milliseconds. */
const ROUNDING_SECONDS: Seconds = 0.001;

function strayCues({ segments }: AuditTrack): Finding[] {
  let start: Seconds = 0;
  return segments.flatMap(({ where, entry, file }): Finding[] => {
    const end = start + entry.durationSeconds;
    const [from, to] = [start, end];
    start = end;
    const { firstEndMs, lastStartMs } = file.text ?? {};
    if (firstEndMs === undefined || lastStartMs === undefined) return [];
    const expected = `cues between ${from.toFixed(3)} s and ${to.toFixed(3)} s`;
    if (firstEndMs / 1000 <= from - ROUNDING_SECONDS) return [{ where, expected, seen: `one that is over at ${firstEndMs / 1000} s` }];
    if (lastStartMs / 1000 >= to + ROUNDING_SECONDS) return [{ where, expected, seen: `one that starts at ${lastStartMs / 1000} s` }];
    return [];
  });
}

function groupFindings({ input, multivariant, variants }: AuditTitle): Finding[] {
  const renditions = multivariant?.renditions ?? [];
  const groups = (type: string): string[] => renditions.filter((rendition) => rendition.type === type).map(({ groupId }) => groupId);
  const ofRenditions = renditions.flatMap(({ type, name, uri, instreamId }): Finding[] => {
    const where = `${input.multivariant.where}, EXT-X-MEDIA '${name}'`;
    if (type === 'SUBTITLES' && uri === undefined) return [{ where, expected: 'a URI', seen: 'none' }];
    if (type !== 'CLOSED-CAPTIONS') return [];
    if (uri !== undefined) return [{ where, expected: 'no URI: captions are in the picture', seen: uri }];
    const isChannel = /^(?:CC[1-4]|SERVICE(?:[1-9]|[1-5]\d|6[0-3]))$/.test(instreamId ?? '');
    return isChannel ? [] : [{ where, expected: 'an INSTREAM-ID, as CC1', seen: instreamId ?? 'none' }];
  });
  const ofVariants = variants.flatMap(({ where, variant }): Finding[] => {
    const { subtitleGroupId, closedCaptions } = variant;
    const captionGroup = closedCaptions === 'none' ? undefined : closedCaptions?.groupId;
    return [
      ...(subtitleGroupId !== undefined && !groups('SUBTITLES').includes(subtitleGroupId)
        ? [{ where, expected: 'an EXT-X-MEDIA of its SUBTITLES group', seen: `none of '${subtitleGroupId}'` }]
        : []),
      ...(captionGroup !== undefined && !groups('CLOSED-CAPTIONS').includes(captionGroup)
        ? [{ where, expected: 'an EXT-X-MEDIA of its CLOSED-CAPTIONS group', seen: `none of '${captionGroup}'` }]
        : []),
    ];
  });
  return [...ofRenditions, ...ofVariants];
}
