import { type Finding, OUTCOMES } from './finding.ts';

const COLUMNS = [44, 12, 7, 20, 8] as const;

export const HEADING = renderRow(['file', 'kind', 'outcome', 'code', 'seconds', 'notes']);

/** One line of the table; `difference` says how it is not as expected. */
export function renderFinding({ file, kind, outcome, code, seconds, notes }: Finding, difference: string | undefined): string {
  const all = difference === undefined ? notes : [`≠ ${difference}`, ...notes];
  return renderRow([file, kind, outcome, code, seconds === null ? '–' : seconds.toFixed(1), all.join('; ')]);
}

export interface Counts extends Record<Finding['outcome'], number> {
  files: number;
  /** Not as expected. */
  different: number;
}

export function countFindings(findings: readonly Finding[], different: number): Counts {
  const counts = { files: findings.length, plays: 0, error: 0, text: 0, fault: 0, different };
  for (const { outcome } of findings) counts[outcome] += 1;
  return counts;
}

export function renderCounts(counts: Counts): string {
  const parts = OUTCOMES.map((outcome) => `${counts[outcome]} ${outcome}`);
  return `${counts.files} files: ${parts.join(', ')}; ${counts.different} not as expected`;
}

function renderRow(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.replaceAll(/\s+/g, ' ').padEnd(COLUMNS[index] ?? 0))
    .join('  ')
    .trimEnd();
}
