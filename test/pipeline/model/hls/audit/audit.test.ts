import { describe, expect, test } from 'vitest';
import { auditTitle, RULES } from '../../../../../pipeline/model/hls/audit/audit.ts';
import type { AuditReport } from '../../../../../pipeline/model/hls/audit/audit-report.ts';
import { renderAuditReport } from '../../../../../pipeline/model/hls/audit/render-audit-report.ts';
import { loadAuditInput } from '../../../../../pipeline/verify/load-audit-input.ts';
import { goodResponse, memorySource } from '../../../verify/memory-source.ts';
import { audioRendition, codecsPlan, iframeRendition, samplePlan, videoRendition } from '../sample-plan.ts';
import { PLANTED_IN_CODECS } from './planted-codec-violations.ts';
import { PLANTED_IN_IFRAMES } from './planted-iframe-violations.ts';
import { GOOD_TEXT, PLANTED_IN_TEXT } from './planted-text-violations.ts';
import { PLANTED } from './planted-violations.ts';
import { encode, type Files, syntheticTitle } from './synthetic-title.ts';

async function audit(files: Files, respond = goodResponse): Promise<AuditReport> {
  return auditTitle(await loadAuditInput(memorySource(files, respond)));
}

const ruleIds = (report: AuditReport): string[] => [...new Set(report.violations.map(({ ruleId }) => ruleId))];

describe('a good title', () => {
  test('keeps every rule', async () => {
    const report = await audit(syntheticTitle());
    expect(report.violations).toEqual([]);
    expect(report.conforms).toBe(true);
    expect(report.checked.map(({ ruleId }) => ruleId)).toEqual(RULES.map(({ id }) => id));
    expect(report.summary).toEqual({
      variants: 2,
      mediaPlaylists: 5,
      segments: 25,
      durationSeconds: 10.5,
      mustViolations: 0,
      shouldViolations: 0,
    });
  });

  test.each([
    ['sound alone', [audioRendition()]],
    ['sound alone in two languages', [audioRendition(), audioRendition({ id: 'a2', language: 'ko', name: 'x', isDefault: false })]],
    ['pictures alone', samplePlan().renditions.filter(({ kind }) => kind !== 'audio')],
    ['mono sound', [...samplePlan().renditions.filter(({ kind }) => kind !== 'audio'), audioRendition({ channels: 1 })]],
    ['stereo and multichannel sound', [...samplePlan().renditions, audioRendition({ id: 'a3', channels: 6 })]],
  ])('of %s keeps every rule', async (_, renditions) => {
    expect((await audit(syntheticTitle({ plan: samplePlan({ renditions }) }))).violations).toEqual([]);
  });

  test('of three codecs, one with high dynamic range, keeps every rule', async () => {
    expect((await audit(syntheticTitle({ plan: codecsPlan() }))).violations).toEqual([]);
  });

  test('with subtitles and captions keeps every rule', async () => {
    const report = await audit(syntheticTitle({ text: GOOD_TEXT }));
    expect(report.violations).toEqual([]);
    expect(report.summary).toMatchObject({ mediaPlaylists: 7, segments: 35 });
  });

  test.each([23.976, 29.97, 50, 59.94])('at %s frames per second keeps every rule', async (frameRate) => {
    const level = frameRate > 50 ? 32 : 31;
    const codecs = `avc1.6400${level.toString(16)}`;
    const renditions = [540, 360].map((height) =>
      videoRendition({
        id: `v${height}`,
        width: (height * 16) / 9,
        height,
        frameRate,
        ...(height === 540 ? { level, codecs } : { level: 30, codecs: 'avc1.64001e' }),
      }),
    );
    expect((await audit(syntheticTitle({ plan: samplePlan({ renditions: [...renditions, iframeRendition()] }) }))).violations).toEqual([]);
  });

  test('whose source is small has one variant, which is a SHOULD there', async () => {
    const only = videoRendition({ id: 'v234', width: 416, height: 234, level: 30, codecs: 'avc1.64001e' });
    const report = await audit(syntheticTitle({ plan: samplePlan({ renditions: [only, audioRendition(), iframeRendition()] }) }));
    expect(report.violations).toMatchObject([{ ruleId: 'A9.9', severity: 'should' }]);
    expect(report.conforms).toBe(true);
  });
});

const ALL_PLANTED = [...PLANTED, ...PLANTED_IN_TEXT, ...PLANTED_IN_IFRAMES, ...PLANTED_IN_CODECS];

describe('a planted violation', () => {
  test.each(ALL_PLANTED)('of $rules is found: $what', async ({ rules, files, respond }) => {
    const report = await audit(files(), respond);
    expect(ruleIds(report)).toEqual(rules);
    const severities = new Map(RULES.map(({ id, severity }) => [id, severity]));
    expect(report.conforms).toBe(rules.every((id) => severities.get(id) === 'should'));
  });

  test('is there for every rule', () => {
    const planted = new Set(ALL_PLANTED.flatMap(({ rules }) => rules));
    expect(RULES.map(({ id }) => id).filter((id) => !planted.has(id))).toEqual([]);
  });
});

describe('the report', () => {
  test('says rule, severity, place, what was expected and what was seen', async () => {
    const late = PLANTED.find(({ what }) => what === 'a segment that starts one tick late');
    const text = renderAuditReport(await audit(late?.files() ?? new Map()));
    expect(text).toContain('MUST    A7.3  Media is continuous');
    expect(text).toContain('v360/media.m3u8, segment 3 (3.m4s)');
    expect(text).toContain('expected tfdt 360000 (4.000 s)');
    expect(text).toContain('seen     tfdt 360001 (4.000 s)');
    expect(text).toMatch(/\d+ rules checked: 2 violations of a MUST, 0 of a SHOULD\./);
  });

  test('names what was not checked, and why', async () => {
    const report = auditTitle(await loadAuditInput(memorySource(syntheticTitle())));
    expect(report.notChecked).toContainEqual(expect.objectContaining({ ruleId: 'A10.1', reason: 'the title was not loaded over HTTP' }));
    expect(renderAuditReport(report)).toContain('Not checked: A1.18');
  });

  test('of a title without a readable multivariant playlist says that alone', async () => {
    const report = await audit(new Map([['multivariant.m3u8', encode('<html>')]]));
    expect(report.violations).toMatchObject([{ ruleId: 'R4', seen: 'Line 1: A playlist begins with #EXTM3U' }]);
    expect(report.checked.map(({ ruleId }) => ruleId)).toEqual(['R4.1', 'R4']);
  });

  test('lists fifty violations of a rule, and counts the rest', async () => {
    const plan = samplePlan({
      timeline: { ...samplePlan().timeline, boundaries: Array.from({ length: 62 }, (_, second) => second * 90_000) },
    });
    const files = syntheticTitle({
      plan,
      tweak: (_, segment, fragment) => [{ ...fragment, baseDecodeTicks: fragment.baseDecodeTicks + segment }],
    });
    const report = await audit(files);
    expect(report.violations.filter(({ ruleId }) => ruleId === 'A7.3')).toHaveLength(50);
    expect(report.unlisted).toEqual({ 'A7.3': 4 * 60 - 50, 'R4.4.3.6': 60 - 50 });
    expect(report.summary.mustViolations).toBe(5 * 60);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});
