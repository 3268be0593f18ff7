import { expect, test } from 'vitest';
import type { Violation } from '../../pipeline/model/hls/audit/audit-report.ts';
import { findViolations } from './verify-title.ts';

const violation = (ruleId: string, severity: Violation['severity'], where: string): Violation => {
  return { ruleId, severity, title: '', where, expected: '4', seen: '5' };
};

test('each rule that must be kept and is not is told once, with the first place', () => {
  const violations = [violation('A 7.7', 'must', 'v360/1'), violation('A 7.7', 'must', 'v360/2'), violation('A 1.32', 'should', 'all')];
  expect(findViolations({ violations })).toEqual([{ code: 'not_conformant', note: 'A 7.7: 5 where 4 is right (v360/1)' }]);
});
