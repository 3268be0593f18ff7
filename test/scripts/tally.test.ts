import { expect, test } from 'vitest';
import { addTallies, renderTally, tallyOf } from '../../scripts/setup/tally.mjs';

const passed = { status: 'passed' };
const failed = { status: 'failed' };

function reportOf(testResults: { status: string; assertionResults: { status: string }[] }[], numPendingTests = 0) {
  const numPassedTests = testResults.flatMap((file) => file.assertionResults).filter((each) => each.status === 'passed').length;
  return { numPassedTests, numPendingTests, numTodoTests: 0, testResults };
}

test.each([
  ['all pass', reportOf([{ status: 'passed', assertionResults: [passed, passed] }]), 0, '2 passed, 0 failed'],
  ['one fails', reportOf([{ status: 'failed', assertionResults: [passed, failed] }]), 1, '1 passed, 1 failed'],
  ['a file cannot be loaded', reportOf([{ status: 'failed', assertionResults: [] }]), 1, '0 passed, 1 failed'],
  ['an error stands outside any test', reportOf([{ status: 'passed', assertionResults: [passed] }]), 1, '1 passed, 1 failed'],
  ['some are skipped', reportOf([{ status: 'passed', assertionResults: [passed] }], 3), 0, '1 passed, 0 failed, 3 skipped'],
])('when %s, the last line says so', (_case, report, status, line) => {
  expect(renderTally(tallyOf(report, status))).toBe(line);
});

test('the type check counts as a test', () => {
  const tests = { passed: 4, failed: 0, skipped: 0 };
  expect(renderTally(addTallies({ passed: 0, failed: 1, skipped: 0 }, tests))).toBe('4 passed, 1 failed');
});
