import type { AuditTitle, AuditTrack } from './audit-title.ts';
import { videoVariants } from './codec-rules.ts';
import type { Finding, Rule } from './rule.ts';

/** Rules on what a title offers: variants, renditions and groups. */
export const OFFER_RULES: Rule[] = [
  {
    id: 'A9.9',
    severity: 'must',
    title: 'There are several bit rates of video',
    check: ({ input, variants }) => {
      const video = variants.filter(({ variant, track }) => variant.resolution !== undefined || track?.kind === 'video');
      const [only] = video;
      if (!only || new Set(video.map(({ variant }) => variant.uri)).size > 1) return [];
      // Below the smallest rungs there is nothing to step down to: a small source has one variant, and cannot have more.
      const { width = 0, height = 0 } = only.variant.resolution ?? only.track?.init ?? {};
      const isSmall = Math.min(width, height) <= SMALL_SIDE;
      const finding: Finding = { where: input.multivariant.where, expected: 'two video variants or more', seen: 'one' };
      return [isSmall ? { ...finding, severity: 'should' } : finding];
    },
  },
  {
    id: 'A1.32',
    severity: 'should',
    title: 'The first variant is the one nearest to 2 Mb/s',
    check: ({ variants }) => {
      const video = videoVariants(variants);
      const [first] = video;
      if (!first) return [];
      const distance = ({ variant }: (typeof video)[number]): number =>
        Math.abs((variant.averageBandwidthBps ?? variant.bandwidthBps) - START_BPS);
      const kindOf = ({ variant: { audioGroupId, codecs = '' } }: (typeof video)[number]): string =>
        `${codecs.slice(0, 4)} ${audioGroupId}`;
      const compatible = video.filter((candidate) => kindOf(candidate) === kindOf(first));
      const nearest = compatible.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best), first);
      return nearest === first ? [] : [{ where: first.where, expected: nearest.variant.uri, seen: first.variant.uri }];
    },
  },
  {
    id: 'A1.24',
    severity: 'must',
    title: 'SDR is offered, and VIDEO-RANGE stands on every video variant unless all is SDR',
    check: ({ input, variants }) => {
      const video = videoVariants(variants);
      const ranges = video.map(({ variant }) => variant.videoRange ?? 'SDR');
      if (ranges.every((range) => range === 'SDR')) return [];
      const unstated = video
        .filter(({ variant }) => variant.videoRange === undefined)
        .map(({ where }): Finding => ({ where, expected: 'VIDEO-RANGE', seen: 'none' }));
      return ranges.includes('SDR') ? unstated : [{ where: input.multivariant.where, expected: 'an SDR variant', seen: ranges.join(', ') }];
    },
  },
  {
    id: 'A9.16',
    severity: 'must',
    title: 'VIDEO-RANGE is that of the pictures',
    check: ({ variants }) =>
      videoVariants(variants).flatMap(({ where, variant, track }): Finding[] => {
        const { range } = track.init?.picture ?? {};
        const stated = variant.videoRange ?? 'SDR';
        return range === undefined || range === stated ? [] : [{ where, expected: `VIDEO-RANGE=${range}`, seen: stated }];
      }),
  },
  {
    id: 'A2.3',
    severity: 'must',
    title: 'Sound is offered as stereo AAC',
    check: ({ input, tracks }) => {
      const audio = tracks.filter(({ kind }) => kind === 'audio');
      const hasStereoAac = audio.some(({ init }) => /^mp4a\.40\.(2|5|29)$/.test(init?.codecs ?? '') && (init?.channels ?? 0) <= 2);
      const seen = audio.map(({ init }) => `${init?.codecs} with ${init?.channels} channels`).join(', ');
      return audio.length === 0 || hasStereoAac ? [] : [{ where: input.multivariant.where, expected: 'AAC with two channels', seen }];
    },
  },
  {
    id: 'A2.17',
    severity: 'must',
    title: 'A segment of sound holds one audio stream',
    check: ({ tracks }) =>
      tracks
        .filter(({ kind }) => kind === 'audio')
        .flatMap(({ segments }) =>
          segments
            .filter(({ facts }) => (facts?.trackCount ?? 1) > 1)
            .map(({ where, facts }) => ({ where, expected: 'one track', seen: `${facts?.trackCount}` })),
        ),
  },
  {
    id: 'A8.10',
    severity: 'must',
    title: 'Every EXT-X-MEDIA but video has LANGUAGE',
    check: ({ input, multivariant }) =>
      (multivariant?.renditions ?? [])
        .filter(({ type, language }) => type !== 'VIDEO' && !language)
        .map(({ name }) => ({ where: `${input.multivariant.where}, EXT-X-MEDIA '${name}'`, expected: 'LANGUAGE', seen: 'none' })),
  },
  {
    id: 'A9.5',
    severity: 'should',
    title: 'Video and audio are separate streams',
    check: ({ variants }) =>
      videoVariants(variants)
        .filter(({ track }) => tracksWithin(track) > 1)
        .map(({ where, track }) => ({ where, expected: 'one track in each segment', seen: `${tracksWithin(track)}` })),
  },
  {
    id: 'A9.7',
    severity: 'must',
    title: 'Multichannel and alternative audio are separate streams (9.6, 9.7)',
    check: ({ input, multivariant }) => {
      const audio = (multivariant?.renditions ?? []).filter(({ type }) => type === 'AUDIO');
      return audio
        .filter(({ uri, groupId, channels }) => {
          const hasAlternative = audio.filter((other) => other.groupId === groupId).length > 1;
          return uri === undefined && (hasAlternative || Number(channels?.split('/')[0] ?? 2) > 2);
        })
        .map(({ name }) => ({ where: `${input.multivariant.where}, EXT-X-MEDIA '${name}'`, expected: 'a URI of its own', seen: 'none' }));
    },
  },
  {
    id: 'R4.4.6.1',
    severity: 'must',
    title: 'Renditions of a group have names of their own, one default at most, and true CHANNELS; groups of a type have the same',
    check: (title) => [...groupFindings(title), ...memberFindings(title), ...channelFindings(title.tracks)],
  },
  {
    id: 'R4.4.6.2',
    severity: 'must',
    title: 'Variants name groups that exist, and agree on CLOSED-CAPTIONS=NONE',
    check: ({ multivariant, variants }) => {
      const groups = (multivariant?.renditions ?? []).filter(({ type }) => type === 'AUDIO').map(({ groupId }) => groupId);
      const saysNone = variants.some(({ variant }) => variant.closedCaptions === 'none');
      return variants.flatMap(({ where, variant }): Finding[] => [
        ...(variant.audioGroupId === undefined || groups.includes(variant.audioGroupId)
          ? []
          : [{ where, expected: 'an EXT-X-MEDIA of its AUDIO group', seen: `none of '${variant.audioGroupId}'` }]),
        ...(saysNone && variant.closedCaptions !== 'none'
          ? [{ where, expected: 'CLOSED-CAPTIONS=NONE, as other variants say', seen: variant.closedCaptions?.groupId ?? 'none stated' }]
          : []),
      ]);
    },
  },
];

const START_BPS = 2_000_000;
/** The shorter side; Apple's ladder begins at 416x234. */
const SMALL_SIDE = 270;

function tracksWithin(track: AuditTrack): number {
  return track.segments.reduce((most, { facts }) => Math.max(most, facts?.trackCount ?? 1), track.init?.trackCount ?? 1);
}

function groupFindings({ input, multivariant }: AuditTitle): Finding[] {
  const renditions = multivariant?.renditions ?? [];
  return renditions.flatMap((rendition, index): Finding[] => {
    const where = `${input.multivariant.where}, EXT-X-MEDIA '${rendition.name}'`;
    const before = renditions.slice(0, index).filter(({ type, groupId }) => type === rendition.type && groupId === rendition.groupId);
    return [
      ...(before.some(({ name }) => name === rendition.name)
        ? [{ where, expected: 'a NAME of its own in the group', seen: 'one that stands twice' }]
        : []),
      ...(rendition.isDefault && before.some(({ isDefault }) => isDefault)
        ? [{ where, expected: 'one DEFAULT=YES in the group', seen: 'another' }]
        : []),
      ...(rendition.isDefault && !rendition.autoselect
        ? [{ where, expected: 'AUTOSELECT=YES, as DEFAULT is', seen: 'AUTOSELECT=NO' }]
        : []),
    ];
  });
}

/** "Each Group of the same TYPE MUST have the same set of members" (rfc8216bis 4.4.6.1.1); they are known by their names. */
function memberFindings({ input, multivariant }: AuditTitle): Finding[] {
  const renditions = multivariant?.renditions ?? [];
  const namesOf = (type: string, groupId: string): string =>
    renditions
      .filter((rendition) => rendition.type === type && rendition.groupId === groupId)
      .map(({ name }) => name)
      .sort()
      .join(', ');
  const groups = renditions.filter(
    ({ type, groupId }, index) => renditions.findIndex((one) => one.type === type && one.groupId === groupId) === index,
  );
  return groups.flatMap(({ type, groupId }): Finding[] => {
    const first = groups.find((group) => group.type === type);
    const expected = namesOf(type, first?.groupId ?? groupId);
    const seen = namesOf(type, groupId);
    return seen === expected ? [] : [{ where: `${input.multivariant.where}, group '${groupId}'`, expected, seen }];
  });
}

function channelFindings(tracks: readonly AuditTrack[]): Finding[] {
  return tracks.flatMap(({ where, init, renditions }) =>
    renditions
      .filter(({ type, channels }) => type === 'AUDIO' && channels !== undefined && init?.channels !== undefined)
      .filter(({ channels }) => Number(channels?.split('/')[0]) !== init?.channels)
      .map(({ channels }) => ({ where, expected: `CHANNELS="${init?.channels}"`, seen: `${channels}` })),
  );
}
