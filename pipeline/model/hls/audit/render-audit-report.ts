import type { AuditReport, Violation } from './audit-report.ts';

/** For people: what is wrong, rule by rule, where, what was expected and what was seen. */
export function renderAuditReport(report: AuditReport): string {
  const { summary, violations } = report;
  const rules = [...new Set(violations.map(({ ruleId }) => ruleId))];
  const sections = rules.map((ruleId) =>
    renderRule(
      violations.filter((violation) => violation.ruleId === ruleId),
      report.unlisted[ruleId] ?? 0,
    ),
  );
  return [
    report.target,
    [
      count(summary.variants, 'variant'),
      count(summary.mediaPlaylists, 'media playlist'),
      count(summary.segments, 'segment'),
      `${summary.durationSeconds.toFixed(3)} s`,
    ].join(', '),
    '',
    ...sections.flatMap((section) => [...section, '']),
    verdict(report),
    ...report.notChecked.map(({ ruleId, title, reason }) => `Not checked: ${ruleId} ${title} (${reason}).`),
    '',
  ].join('\n');
}

function renderRule(violations: readonly Violation[], unlisted: number): string[] {
  const [first] = violations;
  if (!first) return [];
  const isMust = violations.some(({ severity }) => severity === 'must');
  return [
    `${isMust ? 'MUST  ' : 'SHOULD'}  ${first.ruleId}  ${first.title}`,
    ...violations.flatMap(({ where, expected, seen }) => [
      `        ${where}`,
      `          expected ${expected}`,
      `          seen     ${seen}`,
    ]),
    ...(unlisted > 0 ? [`        and ${unlisted} more`] : []),
  ];
}

function verdict({ checked, summary }: AuditReport): string {
  const rules = count(checked.length, 'rule');
  const { mustViolations, shouldViolations } = summary;
  if (mustViolations + shouldViolations === 0) return `${rules} checked: no violation.`;
  return `${rules} checked: ${count(mustViolations, 'violation')} of a MUST, ${shouldViolations} of a SHOULD.`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
