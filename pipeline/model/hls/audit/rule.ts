import type { AuditTitle } from './audit-title.ts';

export type Severity = 'must' | 'should';

/** One place where a rule is not kept. */
export interface Finding {
  where: string;
  expected: string;
  seen: string;
  /** Where the rule is weaker here than in general. */
  severity?: Severity;
}

/**
 * One rule of a specification. Ids name the source: `A` Apple's HLS Authoring Specification, `R` rfc8216bis, `P` what
 * players were seen to need.
 */
export interface Rule {
  id: string;
  severity: Severity;
  /** What is so when the rule is kept. */
  title: string;
  /** Without it the rule is skipped: an HTTP origin, or every segment of the title. */
  needs?: 'http' | 'every segment';
  check(title: AuditTitle): Finding[];
}
