import type { Seconds } from '../../time.ts';
import type { AuditSegment, AuditTrack } from './audit-title.ts';
import type { Finding, Rule } from './rule.ts';
import type { SegmentFacts } from './segment-facts.ts';

/** Rules on when samples are decoded and shown, and whether the playlists tell the truth about it. */
export const TIMING_RULES: Rule[] = [
  {
    id: 'A7.3',
    severity: 'must',
    title: 'Media is continuous: every tfdt is the end of what came before',
    check: ({ tracks }) => tracks.flatMap((track) => continuityFindings(track)),
  },
  {
    id: 'A7.4',
    severity: 'must',
    title: 'Video segments start with an IDR frame',
    check: ({ tracks }) =>
      withFacts(tracks, 'video')
        .filter(({ facts }) => !facts.startsWithSync || facts.startsWithIdr === false)
        .map(({ where, facts }) => ({
          where,
          expected: 'an IDR frame, flagged as a sync sample',
          seen: facts.startsWithSync ? 'a sync sample without an IDR picture' : 'a sample that depends on others',
        })),
  },
  {
    id: 'A7.7',
    severity: 'must',
    title: 'No segment is longer than the target duration by more than half a second',
    check: ({ tracks }) =>
      tracks.flatMap((track) =>
        withFacts([track])
          .filter(({ facts }) => secondsOf(facts) > track.playlist.targetDurationSeconds + 0.5)
          .map(({ where, facts }) => ({
            where,
            expected: `at most ${track.playlist.targetDurationSeconds + 0.5} s of media`,
            seen: `${secondsOf(facts).toFixed(3)} s`,
          })),
      ),
  },
  {
    id: 'A8.1',
    severity: 'must',
    title: 'The EXTINFs of any run of segments are true within one video frame',
    check: ({ tracks, frameSeconds }) => tracks.flatMap((track) => extinfFinding(track, frameSeconds) ?? []),
  },
  {
    id: 'A8.7',
    severity: 'must',
    title: 'All playlists start at the same media time',
    check: ({ tracks, frameSeconds }) => {
      const starts = tracks.flatMap((track) => {
        const facts = track.segments[0]?.facts;
        return facts ? [{ track, seconds: facts.startTicks / facts.timescale }] : [];
      });
      const [reference, ...others] = starts;
      return others
        .filter(({ track, seconds }) => Math.abs(seconds - (reference?.seconds ?? 0)) > Math.max(frameSeconds, track.frameSeconds))
        .map(({ track, seconds }) => ({
          where: track.where,
          expected: `a start at ${reference?.seconds.toFixed(3)} s, within a frame, as ${reference?.track.where}`,
          seen: `${seconds.toFixed(3)} s`,
        }));
    },
  },
  {
    id: 'A8.22',
    severity: 'should',
    title: 'Segment boundaries line up across variants and renditions',
    check: ({ tracks, frameSeconds }) => {
      const [reference, ...others] = tracks;
      return reference ? others.flatMap((track) => boundaryFinding(reference, track, frameSeconds) ?? []) : [];
    },
  },
  {
    id: 'P2',
    severity: 'must',
    title: 'No frame is shown before it is decoded: composition offsets are not negative',
    check: ({ tracks }) =>
      withFacts(tracks)
        .filter(({ facts }) => facts.minCompositionOffsetTicks < 0)
        .map(({ where, facts }) => ({ where, expected: '0 or more', seen: `${facts.minCompositionOffsetTicks} ticks` })),
  },
  {
    id: 'P3',
    severity: 'must',
    title: 'Times need no correction: init segments have no edit list',
    check: ({ tracks }) =>
      tracks.flatMap(({ files }) =>
        [...files.inits.values()]
          .filter(({ facts }) => facts?.hasEditList)
          .map(({ where }) => ({ where, expected: 'no edts box', seen: 'an edit list' })),
      ),
  },
  {
    id: 'A1.13',
    severity: 'should',
    title: 'There is a keyframe every two seconds',
    check: ({ tracks }) => tracks.filter(({ kind }) => kind === 'video').flatMap(keyframeFindings),
  },
];

interface ReadSegment extends AuditSegment {
  facts: SegmentFacts;
}

function withFacts(tracks: readonly AuditTrack[], kind?: AuditTrack['kind']): ReadSegment[] {
  return tracks
    .filter((track) => kind === undefined || track.kind === kind)
    .flatMap((track) => track.segments.filter((segment): segment is ReadSegment => segment.facts !== undefined));
}

function secondsOf(facts: SegmentFacts): Seconds {
  return facts.durationTicks / facts.timescale;
}

export function continuityFindings(track: AuditTrack): Finding[] {
  return track.segments.flatMap(({ where, entry, facts }, index): Finding[] => {
    if (!facts) return [];
    const tfdt = (ticks: number): string => `tfdt ${ticks} (${(ticks / facts.timescale).toFixed(3)} s)`;
    const inside = facts.innerBreak;
    if (inside) return [{ where: `${where}, inside`, expected: tfdt(inside.expectedTicks), seen: tfdt(inside.seenTicks) }];
    const previous = track.segments[index - 1]?.facts;
    if (!previous || entry.discontinuity || previous.endTicks === facts.startTicks) return [];
    return [{ where, expected: tfdt(previous.endTicks), seen: tfdt(facts.startTicks) }];
  });
}

/**
 * The error of a run of EXTINFs is the difference of the cumulative errors at its ends: if those stay within one frame of
 * each other, every run does. Durations are counted in ticks of the media, so nothing is lost over ten hours.
 */
export function extinfFinding(track: AuditTrack, frameSeconds: Seconds): Finding | undefined {
  let statedSeconds: Seconds = 0;
  let mediaTicks = 0;
  let least: Seconds = 0;
  let most: Seconds = 0;
  for (const { where, entry, facts } of track.segments) {
    if (!facts) return undefined;
    statedSeconds += entry.durationSeconds;
    mediaTicks += facts.durationTicks;
    const error = statedSeconds - mediaTicks / facts.timescale;
    least = Math.min(least, error);
    most = Math.max(most, error);
    if (most - least > frameSeconds) {
      return {
        where,
        expected: `a run of EXTINFs up to here within ${frameSeconds.toFixed(4)} s of the media`,
        seen: `${(most - least).toFixed(4)} s off`,
      };
    }
  }
  return undefined;
}

function boundaryFinding(reference: AuditTrack, track: AuditTrack, frameSeconds: Seconds): Finding | undefined {
  const tolerance = Math.max(frameSeconds, reference.frameSeconds, track.frameSeconds);
  let expected: Seconds = 0;
  let seen: Seconds = 0;
  const count = Math.min(reference.segments.length, track.segments.length);
  for (let index = 0; index < count; index++) {
    const segment = track.segments[index] as AuditSegment;
    if (Math.abs(expected - seen) > tolerance) {
      return {
        where: segment.where,
        expected: `a start at ${expected.toFixed(3)} s, within a frame, as in ${reference.where}`,
        seen: `${seen.toFixed(3)} s`,
      };
    }
    expected += (reference.segments[index] as AuditSegment).entry.durationSeconds;
    seen += segment.entry.durationSeconds;
  }
  return undefined;
}

const KEYFRAME_SECONDS: Seconds = 2;

/** A keyframe is the first frame at or after its place on the grid: gaps may differ by the longest frame around them. */
function keyframeFindings(track: AuditTrack): Finding[] {
  let last: Seconds | undefined;
  return track.segments.flatMap(({ where, facts }, index): Finding[] => {
    if (!facts) {
      last = undefined;
      return [];
    }
    const isLast = index === track.segments.length - 1;
    const ticks = [...(index === 0 ? [facts.startTicks] : []), ...facts.syncTicks, ...(isLast ? [facts.endTicks] : [])];
    return ticks.flatMap((time): Finding[] => {
      const seconds = time / facts.timescale;
      const gap = seconds - (last ?? seconds);
      last = seconds;
      return gap > KEYFRAME_SECONDS + facts.longestSampleTicks / facts.timescale
        ? [{ where, expected: 'at most 2 s between keyframes', seen: `${gap.toFixed(3)} s up to ${seconds.toFixed(3)} s` }]
        : [];
    });
  });
}
