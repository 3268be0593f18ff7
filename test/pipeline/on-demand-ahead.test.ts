import { describe, expect, test } from 'vitest';
import { EVERYTHING, home, LEAD, wholePlan } from './on-demand-home.ts';

describe('what follows a segment that was asked for', () => {
  test('is queued for a whole lead, with the sound; then, for who plays on, the rungs beside it', async () => {
    const { asked, commit } = await home();
    await commit('v360', 6);
    expect(await asked('v360', 7)).toEqual([
      { cause: 'lead', renditionIds: ['v360', 'a1'], firstSegment: 8, endSegment: 8 + LEAD },
      { cause: 'prefetch', renditionIds: ['v720'], firstSegment: 8, endSegment: 8 + LEAD },
    ]);
  });

  test('is queued without the rungs beside it for who has just come there, but for the start', async () => {
    const { asked } = await home();
    expect(await asked('v360', 7)).toMatchObject([{ cause: 'lead', renditionIds: ['v360', 'a1'] }]);
    const { asked: askedAtStart } = await home();
    expect(await askedAtStart('v360', 0)).toMatchObject([{ cause: 'lead' }, { cause: 'prefetch' }]);
  });

  test('stays with the codec that is watched', async () => {
    const plan = wholePlan();
    const further = plan.renditions
      .filter((rendition) => rendition.kind === 'video')
      .map((rung) => ({ ...rung, id: `${rung.id}-av1`, codec: 'av1' as const }));
    const { asked } = await home({ plan: { ...plan, renditions: [...plan.renditions, ...further] } });
    expect(await asked('v360-av1', 0)).toMatchObject([
      { cause: 'lead', renditionIds: ['a1', 'v360-av1'] },
      { cause: 'prefetch', renditionIds: ['v720-av1'] },
    ]);
  });

  test('is queued as well when the segment was there', async () => {
    const { asked, commit } = await home();
    await commit('v360', 7);
    expect(await asked('v360', 7)).toMatchObject([{ cause: 'lead', firstSegment: 8 }]);
  });

  test('is queued only from what is not there yet, and not while half of the lead is', async () => {
    const { asked, commit } = await home();
    for (const segment of [8, 9]) for (const id of EVERYTHING) await commit(id, segment);
    expect(await asked('v360', 7)).toMatchObject([{ cause: 'lead', firstSegment: 10, endSegment: 10 + LEAD }]);
    const { asked: askedAgain, commit: commitAgain } = await home();
    for (const segment of [8, 9, 10]) for (const id of EVERYTHING) await commitAgain(id, segment);
    expect(await askedAgain('v360', 7)).toEqual([]);
  });

  test('is taken over from a background run that a viewer would catch up with, behind what that run has begun', async () => {
    const { asked, run, clock, events } = await home();
    const { lease, report } = await run('background', 8, 20, ['v720', 'v360', 'a1']);
    clock.nowMs += 2_000;
    report(9);
    expect(await asked('v360', 8)).toMatchObject([
      { cause: 'lead', renditionIds: ['v360', 'a1'], firstSegment: 10, endSegment: 10 + LEAD },
    ]);
    expect(events).toContainEqual({ type: 'chunk-cut', titleId: 'film', chunkId: lease.id, endSegment: 10 });
  });

  test('is left to a background run that is quick enough', async () => {
    const { asked, run, clock, events } = await home();
    const { report } = await run('background', 8, 20, ['v720', 'v360', 'a1']);
    clock.nowMs += 100;
    report(9);
    expect(await asked('v360', 8)).toEqual([]);
    expect(events.some(({ type }) => type === 'chunk-cut')).toBe(false);
  });

  test('of the main sound is not queued: it comes with the picture', async () => {
    const { asked } = await home();
    expect(await asked('a1', 7)).toEqual([]);
  });

  test('is not looked for again while the viewer is within it', async () => {
    const { asked } = await home();
    expect(await asked('v360', 7)).toHaveLength(1);
    expect(await asked('v360', 8)).toEqual([]);
    expect(await asked('v360', 7 + LEAD)).not.toEqual([]);
  });

  test('ends with the title', async () => {
    const { asked, commit } = await home();
    await commit('v360', 16);
    expect(await asked('v360', 19)).toEqual([]);
    expect(await asked('v360', 17)).toMatchObject([
      { cause: 'lead', firstSegment: 18, endSegment: 20 },
      { cause: 'prefetch', firstSegment: 18, endSegment: 20 },
    ]);
  });
});
