import { type MeasuredBandwidth, measureBandwidth } from '../measure-bandwidth.ts';
import type { Variant } from '../variant.ts';
import type { AuditTitle, AuditTrack, AuditVariant } from './audit-title.ts';
import type { Finding, Rule } from './rule.ts';

/** Rules on what the multivariant playlist says about bit rates. They are measured over the whole title. */
export const BANDWIDTH_RULES: Rule[] = [
  {
    id: 'A9.14',
    severity: 'must',
    title: 'Every variant has AVERAGE-BANDWIDTH',
    check: ({ variants }) =>
      variants
        .filter(({ variant }) => variant.averageBandwidthBps === undefined)
        .map(({ where }) => ({ where, expected: 'AVERAGE-BANDWIDTH', seen: 'none' })),
  },
  {
    id: 'A1.26',
    severity: 'must',
    title: 'AVERAGE-BANDWIDTH is within 10 % of the measured average',
    needs: 'every segment',
    check: (title) =>
      everyVariant(title).flatMap((one) => declaredFinding(one, one.variant.averageBandwidthBps, measureVariant(one).averageBps)),
  },
  {
    id: 'A1.27',
    severity: 'must',
    title: 'BANDWIDTH is within 10 % of the measured peak of the largest combination (9.13)',
    needs: 'every segment',
    check: (title) => everyVariant(title).flatMap((one) => declaredFinding(one, one.variant.bandwidthBps, measureVariant(one).peakBps)),
  },
  {
    id: 'A1.30',
    severity: 'should',
    title: 'The peak bit rate is at most twice the average',
    needs: 'every segment',
    check: ({ variants }) =>
      variants.flatMap((variant) => {
        const { peakBps, averageBps } = measureVariant(variant);
        return peakBps > 2 * averageBps
          ? [{ where: variant.where, expected: `at most ${kilobits(2 * averageBps)}`, seen: kilobits(peakBps) }]
          : [];
      }),
  },
];

type MeasuredVariant = Pick<AuditVariant, 'where' | 'track' | 'audio'> & { variant: Pick<Variant, 'bandwidthBps' | 'averageBandwidthBps'> };

/** Those of I-frames are measured by the same rule; they have no sound. */
function everyVariant({ variants, iframeVariants }: AuditTitle): MeasuredVariant[] {
  return [...variants, ...iframeVariants.map((variant) => ({ ...variant, audio: [] }))];
}

/** Of the playlist itself and the largest audio of its group; a variant of sound alone is a member of its own group. */
function measureVariant({ track, audio }: Pick<AuditVariant, 'track' | 'audio'>): MeasuredBandwidth {
  const own = track ? measureTrack(track) : { peakBps: 0, averageBps: 0 };
  const others = audio.filter((member) => member !== track).map(measureTrack);
  const largest = (key: keyof MeasuredBandwidth): number => Math.max(0, ...others.map((member) => member[key]));
  if (track?.kind === 'audio') {
    return { peakBps: Math.max(own.peakBps, largest('peakBps')), averageBps: Math.max(own.averageBps, largest('averageBps')) };
  }
  return { peakBps: own.peakBps + largest('peakBps'), averageBps: own.averageBps + largest('averageBps') };
}

function measureTrack(track: AuditTrack): MeasuredBandwidth {
  const sizes = track.segments.map(({ entry, facts }) => ({ durationSeconds: entry.durationSeconds, sizeBytes: facts?.sizeBytes ?? 0 }));
  return measureBandwidth(sizes, track.playlist.targetDurationSeconds);
}

function declaredFinding({ where }: MeasuredVariant, declaredBps: number | undefined, measuredBps: number): Finding[] {
  if (declaredBps === undefined || Math.abs(measuredBps - declaredBps) <= 0.1 * declaredBps) return [];
  return [{ where, expected: `within 10 % of the measured ${kilobits(measuredBps)}`, seen: kilobits(declaredBps) }];
}

function kilobits(bps: number): string {
  return `${(bps / 1000).toFixed(1)} kb/s`;
}
