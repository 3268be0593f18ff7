import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openSqliteCatalogue } from '../../pipeline/catalogue/sqlite-catalogue.ts';
import { readMeasuredBandwidths } from '../../server/measured-bandwidths.ts';
import { temporaryFolder, titlePlan, titleRecord } from '../conformance/fixtures.ts';

const plan = titlePlan('film', { segments: 3 });

/** A film whose picture has all three segments, and whose sound lacks one. */
async function openFilm() {
  const path = join(temporaryFolder(), 'catalogue.sqlite');
  const catalogue = await openSqliteCatalogue({ path });
  onTestFinished(() => catalogue.close());
  await catalogue.putTitle(titleRecord('film', { planRevision: 0 }), 'playable', 3, 6);
  for (const segment of [0, 1, 2]) await catalogue.recordSegment('film', 'v360', segment, (segment + 1) * 1000);
  for (const segment of [0, 1]) await catalogue.recordSegment('film', 'a1', segment, 100);
  return { catalogue, path };
}

/** Segments of one second: the peak is the largest alone. */
const MEASURED = { peakBps: 24_000, averageBps: 16_000 };

describe('readMeasuredBandwidths', () => {
  test('measures what is complete and leaves the rest to the estimate', async () => {
    const { catalogue } = await openFilm();
    expect(await readMeasuredBandwidths(catalogue, plan)).toEqual(new Map([['v360', MEASURED]]));
  });

  test('stays with what was told when segments are evicted, also over a restart, and measures anew when all are back', async () => {
    const { catalogue, path } = await openFilm();
    await readMeasuredBandwidths(catalogue, plan);
    for (const segment of [0, 1, 2]) await catalogue.forgetSegment('film', 'v360', segment);
    const reopened = await openSqliteCatalogue({ path });
    onTestFinished(() => reopened.close());
    expect(await readMeasuredBandwidths(reopened, plan)).toEqual(new Map([['v360', MEASURED]]));
    for (const segment of [0, 1, 2]) await catalogue.recordSegment('film', 'v360', segment, 1000);
    const anew = new Map([['v360', { peakBps: 8000, averageBps: 8000 }]]);
    expect(await readMeasuredBandwidths(catalogue, plan)).toEqual(anew);
    await catalogue.forgetSegment('film', 'v360', 1);
    expect(await readMeasuredBandwidths(catalogue, plan)).toEqual(anew);
  });

  test('answers although nothing can be kept, and keeps it the next time', async () => {
    const { catalogue } = await openFilm();
    vi.spyOn(catalogue, 'keepBandwidth').mockRejectedValueOnce(new Error('disk full'));
    expect(await readMeasuredBandwidths(catalogue, plan)).toEqual(new Map([['v360', MEASURED]]));
    expect(await catalogue.keptBandwidths('film')).toEqual(new Map());
    await readMeasuredBandwidths(catalogue, plan);
    expect(await catalogue.keptBandwidths('film')).toEqual(new Map([['v360', MEASURED]]));
  });

  test('writes only what changed', async () => {
    const { catalogue } = await openFilm();
    const writes = vi.spyOn(catalogue, 'keepBandwidth');
    for (let request = 0; request < 3; request += 1) await readMeasuredBandwidths(catalogue, plan);
    expect(writes).toHaveBeenCalledTimes(1);
  });
});
