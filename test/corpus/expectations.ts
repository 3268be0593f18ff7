import { type Finding, OUTCOMES, type Outcome } from './finding.ts';

/** What is right for a file of the corpus, and why. */
export interface Expectation {
  outcome: Outcome;
  code: string;
  reason: string;
}

/**
 * By file name (NFC), from lines of `name<TAB>outcome<TAB>code<TAB>reason`; the first line names the columns.
 *
 * @throws SyntaxError with the number of the line that is wrong
 */
export function parseExpectations(text: string): Map<string, Expectation> {
  const expectations = new Map<string, Expectation>();
  for (const [index, line] of text.split('\n').entries()) {
    if (index === 0 || line === '') continue;
    const [name = '', outcome, code = '', reason = '', ...rest] = line.split('\t');
    const known = OUTCOMES.find((candidate) => candidate === outcome);
    if (name === '' || known === undefined || reason === '' || rest.length > 0 || (known === 'error') !== (code !== '')) {
      throw new SyntaxError(`Line ${index + 1} is not: name, ${OUTCOMES.join('|')}, code (of an error), reason`);
    }
    expectations.set(name.normalize('NFC'), { outcome: known, code, reason });
  }
  return expectations;
}

/** In words, where a finding is not as expected; what nobody expects anything of is right unless it is a fault. */
export function describeDifference(finding: Finding, expected: Expectation | undefined): string | undefined {
  if (expected === undefined) return finding.outcome === 'fault' ? 'neither plays nor says why' : undefined;
  if (finding.outcome === expected.outcome && (finding.outcome !== 'error' || finding.code === expected.code)) return undefined;
  return `expected: ${[expected.outcome, expected.code].join(' ').trim()} (${expected.reason})`;
}
