import { describe, expect, test } from 'vitest';
import { deriveState, progressOf, renditionRevision } from '../../../pipeline/catalogue/derive-state.ts';
import type { SourceInfo } from '../../../pipeline/model/source-info.ts';
import { titlePlan, titleRecord } from '../../conformance/fixtures.ts';

const sourceInfo: SourceInfo = { formatNames: ['mp4'], sizeBytes: 1, audio: [], others: [], tags: {} };
const error = { code: 'source_truncated', message: 'Cut off.' };
const plan = titlePlan('t', { segments: 3 });
const open = titlePlan('t', { segments: 3, ended: false });

describe('derive-state', () => {
  test.each([
    ['nothing done yet', titleRecord('t'), undefined, 0, 'waiting'],
    ['probed, not planned', titleRecord('t', { sourceInfo }), undefined, 0, 'probing'],
    ['planned', titleRecord('t', { planRevision: 0 }), plan, 0, 'playable'],
    ['one segment missing', titleRecord('t', { planRevision: 0 }), plan, 5, 'playable'],
    ['every segment there', titleRecord('t', { planRevision: 0 }), plan, 6, 'complete'],
    ['all there but what it does without', titleRecord('t', { planRevision: 0, leftOut: ['a1'] }), plan, 3, 'complete'],
    ['failed before a plan', titleRecord('t', { error }), undefined, 0, 'failed'],
    ['failed with segments', titleRecord('t', { error, planRevision: 0 }), plan, 6, 'failed'],
    ['a file whose end is not known', titleRecord('t', { planRevision: 0 }), open, 6, 'playable'],
    ['a broadcast that goes on', titleRecord('t', { kind: 'broadcast', planRevision: 0 }), open, 6, 'live'],
    ['a broadcast that ended', titleRecord('t', { kind: 'broadcast', planRevision: 0 }), plan, 6, 'complete'],
  ])('%s', (_, record, currentPlan, committed, state) => {
    expect(deriveState(record, currentPlan, committed).state).toBe(state);
  });

  test('duration, planned segments and progress come from the plan', () => {
    expect(deriveState(titleRecord('t'), plan, 3)).toMatchObject({ durationSeconds: 3, segmentsPlanned: 6, progress: 0.5 });
    expect(deriveState(titleRecord('t'), undefined, 0)).toMatchObject({ durationSeconds: null, segmentsPlanned: 0, progress: 0 });
  });

  test('progress stays within 0 and 1', () => {
    expect([progressOf(0, 0), progressOf(5, 0), progressOf(7, 6)]).toEqual([0, 0, 1]);
  });

  test.each([
    ['v720', 0],
    ['a1', 0],
    ['v720-r1', 1],
    ['a2-r12', 12],
  ])('the rendition %s is of revision %i', (id, revision) => expect(renditionRevision(id)).toBe(revision));
});
