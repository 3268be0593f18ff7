import type { Seconds } from '../../time.ts';
import type { Severity } from './rule.ts';

/** Plain data, for `--json` and for renderAuditReport. */
export interface AuditReport {
  target: string;
  /** No MUST is violated. */
  conforms: boolean;
  summary: {
    variants: number;
    mediaPlaylists: number;
    segments: number;
    durationSeconds: Seconds;
    mustViolations: number;
    shouldViolations: number;
  };
  violations: Violation[];
  /** Rule id → how many violations of it are not listed, so that a long title's report stays readable. */
  unlisted: Record<string, number>;
  checked: { ruleId: string; severity: Severity; title: string }[];
  notChecked: { ruleId: string; title: string; reason: string }[];
}

export interface Violation {
  ruleId: string;
  severity: Severity;
  title: string;
  where: string;
  expected: string;
  seen: string;
}
