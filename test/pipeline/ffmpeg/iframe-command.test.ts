import { describe, expect, test } from 'vitest';
import { iframeCommand } from '../../../pipeline/ffmpeg/iframe-command.ts';
import { planTimeline } from '../../../pipeline/model/timeline/boundaries.ts';
import { iframeRendition, samplePlan } from '../model/hls/sample-plan.ts';
import { videoStream } from '../model/sample-video.ts';

/** The filter that chooses the frames, and how often it is asked. */
function chosen(boundaries: readonly number[], firstSegment = 0): { rate: string; select: string } {
  const plan = samplePlan({ timeline: { ...planTimeline(90_000), boundaries } });
  const chunk = { titleId: 'sample', planRevision: 0, renditionIds: ['i360'], firstSegment, endSegment: boundaries.length - 1 };
  const info = { formatNames: ['matroska'], sizeBytes: 1, video: videoStream(), audio: [], others: [], tags: {} };
  const source = { path: '/film.mkv', info };
  const { filters } = iframeCommand({ source, plan, chunk, outputUrls: { i360: 'unix:/tmp/0' } }, iframeRendition(), 'keyframes');
  const [, rate = '', select = ''] = /fps=([^:]*):.*select='([^']*)'/.exec(filters[0] ?? '') ?? [];
  return { rate, select };
}

/** As ffmpeg evaluates it. */
function parse(expression: string): (pts: number) => boolean {
  const functions = {
    between: (value: number, from: number, to: number) => Number(value >= from && value <= to),
    not: (value: number) => Number(value === 0),
    mod: (value: number, by: number) => value % by,
    lt: (a: number, b: number) => Number(a < b),
    choose: (condition: number, then: number, otherwise: number) => (condition ? then : otherwise),
  };
  const names = Object.keys(functions);
  const run = new Function(...names, 'pts', `return ${expression.replaceAll('if(', 'choose(')};`);
  return (pts) => Boolean(run(...Object.values(functions), pts));
}

function selected(expression: string, upTo: number): number[] {
  return Array.from({ length: upTo }, (_, pts) => pts).filter(parse(expression));
}

describe('the frames that become I-frames', () => {
  test('are chosen by the second where segments start at whole ones, in a few words however long the film is', () => {
    const { boundaries } = planTimeline(7200 * 90_000);
    const { rate, select } = chosen(boundaries);
    expect(rate).toBe('90000/90000');
    expect(select.length).toBeLessThan(200);
    expect(selected(select, 7200)).toEqual(boundaries.slice(0, -1).map((ticks) => ticks / 90_000));
    expect(selected(chosen(boundaries, 1000).select, 7200)).toEqual(boundaries.slice(1000, -1).map((ticks) => ticks / 90_000));
  });

  test('are chosen by the tenth of a second where segments start anywhere', () => {
    const boundaries = Array.from({ length: 1200 }, (_, index) => index * 360_360 + (index % 7) * 31_031);
    const { rate, select } = chosen(boundaries);
    expect(rate).toBe('90000/9000');
    expect(select.length).toBeLessThan(100_000);
    expect(selected(select, 50_000)).toEqual(boundaries.slice(0, -1).map((ticks) => Math.floor(ticks / 9000)));
  });

  test('of a single segment is the one', () => {
    expect(selected(chosen([0, 90_000]).select, 10)).toEqual([0]);
  });
});
