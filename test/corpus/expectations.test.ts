import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { describeDifference, parseExpectations } from './expectations.ts';
import type { Finding } from './finding.ts';

const HEAD = 'name\toutcome\tcode\treason\n';
const finding: Finding = { file: 'a.mp4', kind: '', outcome: 'error', code: 'source_empty', seconds: 1, notes: [] };

describe('parseExpectations', () => {
  test('reads outcome, code and reason by name', () => {
    const read = parseExpectations(`${HEAD}a.mp4\terror\tsource_empty\tno bytes\nb.mp4\tplays\t\tH.264\n`);
    expect(read.get('a.mp4')).toEqual({ outcome: 'error', code: 'source_empty', reason: 'no bytes' });
    expect(read.get('b.mp4')).toEqual({ outcome: 'plays', code: '', reason: 'H.264' });
  });

  test.each(['a.mp4\tmaybe\t\twhy', 'a.mp4\tplays\t\t', 'a.mp4\terror\t\twhy', 'a.mp4\tplays\tcode\twhy', 'a.mp4\tplays\t\twhy\tmore'])(
    'refuses %j with its line',
    (line) => {
      expect(() => parseExpectations(`${HEAD}${line}\n`)).toThrow('Line 2');
    },
  );

  test('reads the project’s own table', async () => {
    const text = await readFile(new URL('expectations.tsv', import.meta.url), 'utf8');
    const names = text
      .split('\n')
      .slice(1)
      .filter((line) => line !== '')
      .map((line) => line.split('\t')[0]!.normalize('NFC'));
    expect([...parseExpectations(text).keys()]).toEqual(names);
  });
});

describe('describeDifference', () => {
  test('is silent where outcome and code are as expected', () => {
    expect(describeDifference(finding, { outcome: 'error', code: 'source_empty', reason: 'no bytes' })).toBeUndefined();
  });

  test('says what was expected, and why', () => {
    const other = { outcome: 'error', code: 'source_truncated', reason: 'cut' } as const;
    expect(describeDifference(finding, other)).toBe('expected: error source_truncated (cut)');
    expect(describeDifference(finding, { outcome: 'plays', code: '', reason: 'H.264' })).toBe('expected: plays (H.264)');
  });

  test('lets any file that is not listed play or say why not, but do neither', () => {
    expect(describeDifference(finding, undefined)).toBeUndefined();
    expect(describeDifference({ ...finding, outcome: 'fault', code: 'hangs' }, undefined)).toBe('neither plays nor says why');
  });
});
