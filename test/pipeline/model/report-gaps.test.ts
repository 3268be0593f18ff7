import { describe, expect, test } from 'vitest';
import { reportGaps } from '../../../pipeline/model/report-gaps.ts';
import type { SourceInfo } from '../../../pipeline/model/source-info.ts';
import type { StreamReport } from '../../../pipeline/model/title.ts';

const SOURCE = { video: { index: 1, codec: 'vp9' } } as unknown as SourceInfo;
const CARRIED: StreamReport = { streamIndex: 1, kind: 'video', codec: 'vp9', outcome: 'converted', reason: 'Encoded as H.264.' };
const GAP = { frameTicks: 90_000 * 3, nextTicks: 90_000 * 5.5, repeatTicks: [90_000 * 4] };

describe('gaps in a title’s report', () => {
  test('each gap has a line that says where, after what is there already', () => {
    const report = reportGaps({ report: [CARRIED], sourceInfo: SOURCE }, [GAP]);
    expect(report).toHaveLength(2);
    expect(report[0]).toEqual(CARRIED);
    expect(report[1]).toMatchObject({ streamIndex: 1, codec: 'vp9', reason: expect.stringContaining('3.00 s') });
  });

  test('a gap that several chunks met is told once', () => {
    const once = reportGaps({ report: [CARRIED], sourceInfo: SOURCE }, [GAP, { ...GAP, repeatTicks: [90_000 * 6] }]);
    expect(once).toHaveLength(2);
    expect(reportGaps({ report: once, sourceInfo: SOURCE }, [GAP])).toEqual(once);
  });
});
