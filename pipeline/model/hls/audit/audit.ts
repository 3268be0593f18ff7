import type { AuditInput } from './audit-input.ts';
import type { AuditReport, Violation } from './audit-report.ts';
import { type AuditTitle, playlistSeconds, readAuditTitle } from './audit-title.ts';
import { BANDWIDTH_RULES } from './bandwidth-rules.ts';
import { CODEC_RULES } from './codec-rules.ts';
import { DELIVERY_RULES } from './delivery-rules.ts';
import { IFRAME_RULES } from './iframe-rules.ts';
import { OFFER_RULES } from './offer-rules.ts';
import { PLAYLIST_RULES } from './playlist-rules.ts';
import type { Rule } from './rule.ts';
import { TEXT_RULES } from './text-rules.ts';
import { TIMING_RULES } from './timing-rules.ts';

/** Every rule, in the order it is reported. */
export const RULES: readonly Rule[] = [
  ...PLAYLIST_RULES,
  ...TIMING_RULES,
  ...CODEC_RULES,
  ...OFFER_RULES,
  ...BANDWIDTH_RULES,
  ...TEXT_RULES,
  ...IFRAME_RULES,
  ...DELIVERY_RULES,
];

/** Rules for complete titles that are known and not looked at, so that silence is not taken for praise. */
const LEFT_OUT = [
  { ruleId: 'A1.18', title: 'The frame rate is natural for the content', reason: 'only the source could tell' },
  {
    ruleId: 'A6.2',
    title: 'There are I-frame playlists of several bit rates',
    reason: 'Millrace makes one on purpose: it is small enough for any line',
  },
  { ruleId: 'A7.5', title: 'Target durations are 6 s', reason: 'Millrace chooses shorter ones on purpose, to start and seek faster' },
];

const LISTED_PER_RULE = 50;

/** Judges a title. Pure: everything it looks at is in the input. */
export function auditTitle(input: AuditInput, rules: readonly Rule[] = RULES): AuditReport {
  const title = readAuditTitle(input);
  const checked: AuditReport['checked'] = [];
  const notChecked: AuditReport['notChecked'] = [];
  const violations: Violation[] = [];
  const unlisted: AuditReport['unlisted'] = {};
  const counts = { must: 0, should: 0 };
  for (const rule of rules) {
    const { id: ruleId, severity, title: text } = rule;
    const reason = reasonToSkip(rule, title);
    if (reason !== undefined) {
      notChecked.push({ ruleId, title: text, reason });
      continue;
    }
    checked.push({ ruleId, severity, title: text });
    const found = rule.check(title).map((finding): Violation => ({ ruleId, severity, title: text, ...finding }));
    for (const violation of found) counts[violation.severity]++;
    violations.push(...found.slice(0, LISTED_PER_RULE));
    if (found.length > LISTED_PER_RULE) unlisted[ruleId] = found.length - LISTED_PER_RULE;
  }
  return {
    target: input.target,
    conforms: counts.must === 0,
    summary: {
      variants: title.variants.length,
      mediaPlaylists: title.playlists.length,
      segments: title.playlists.reduce((sum, { segments }) => sum + segments.length, 0),
      durationSeconds: title.tracks[0] ? playlistSeconds(title.tracks[0].playlist) : 0,
      mustViolations: counts.must,
      shouldViolations: counts.should,
    },
    violations,
    unlisted,
    checked,
    notChecked: [...notChecked, ...LEFT_OUT],
  };
}

/** What can be said of a title whose multivariant playlist cannot be read. */
const WITHOUT_MULTIVARIANT = ['R4', 'R4.1'];

function reasonToSkip(rule: Rule, title: AuditTitle): string | undefined {
  if (!title.multivariant && !WITHOUT_MULTIVARIANT.includes(rule.id)) return 'the multivariant playlist could not be read';
  if (rule.needs === 'http' && !title.isHttp) return 'the title was not loaded over HTTP';
  const isComplete = title.unreadable.length === 0 && [...title.tracks, ...title.iframeTracks].every((track) => track.isComplete);
  if (rule.needs === 'every segment' && !isComplete) return 'not every segment could be read';
  return undefined;
}
