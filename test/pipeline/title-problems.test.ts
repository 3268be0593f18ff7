import { expect, test } from 'vitest';
import { AppError, type ErrorCode } from '../../pipeline/errors.ts';
import { createTitleProblems } from '../../pipeline/title-problems.ts';

function open() {
  const clock = { nowMs: 0 };
  const told: string[] = [];
  const problems = createTitleProblems({ restMs: 2, nowMs: () => clock.nowMs, onChange: (titleId) => told.push(titleId) });
  const fail = (titleId: string, code: ErrorCode) => problems.note(titleId, new AppError(code, 'A sentence.', { retryable: true }));
  return { clock, told, problems, fail };
}

test('a title whose original is away rests, the others do not, until a segment of it was stored', () => {
  const { problems, fail, told } = open();
  expect(fail('film', 'source_missing')).toBe(true);
  expect(problems.resting()).toEqual(['film']);
  expect(problems.of('film')).toEqual({ code: 'source_missing', message: 'A sentence.' });
  problems.clear('film');
  expect(problems.resting()).toEqual([]);
  expect(problems.of('film')).toBeUndefined();
  expect(told).toEqual(['film', 'film']);
});

test('rests become longer while nothing comes of it, up to a limit, and failures within a rest prolong nothing', () => {
  const { clock, problems, fail } = open();
  const rests = Array.from({ length: 6 }, () => {
    fail('film', 'source_missing');
    fail('film', 'source_missing');
    const from = clock.nowMs;
    while (problems.resting().length > 0) clock.nowMs += 1;
    return clock.nowMs - from;
  });
  expect(rests).toEqual([2, 4, 8, 16, 16, 16]);
});

test('a folder that may not be written is in the way of its own title only', () => {
  const { problems } = open();
  const error = new AppError('store_failed', 'A sentence.', { retryable: true, details: { errno: 'EPERM' } });
  problems.note('film', error);
  expect(problems.resting()).toEqual(['film']);
});

test.each<ErrorCode>(['disk_full', 'store_failed'])('%s is in the way of every title, and news once', (code) => {
  const { clock, problems, fail } = open();
  expect([fail('film', code), fail('film', code)]).toEqual([true, false]);
  expect(problems.resting()).toBe('every');
  clock.nowMs = 2;
  expect(problems.resting()).toEqual([]);
  fail('film', code);
  problems.clear('other');
  expect(problems.resting()).toEqual([]);
});
