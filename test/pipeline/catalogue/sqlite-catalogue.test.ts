import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSqliteCatalogue } from '../../../pipeline/catalogue/sqlite-catalogue.ts';
import { catalogueConformance } from '../../conformance/catalogue-conformance.ts';
import { temporaryFolder, titleRecord } from '../../conformance/fixtures.ts';

describe('sqlite catalogue: conformance', () =>
  catalogueConformance(() => openSqliteCatalogue({ path: join(temporaryFolder(), 'catalogue.sqlite') })));

describe('sqlite catalogue', () => {
  test('what was put is there after a restart, and for a second connection at once', async () => {
    const path = join(temporaryFolder(), 'catalogue.sqlite');
    const first = await openSqliteCatalogue({ path });
    const second = await openSqliteCatalogue({ path });
    await first.putTitle(titleRecord('t1', { planRevision: 0 }), 'playable', 3, 6);
    expect(await second.recordSegment('t1', 'v360', 0, 10)).toBe(true);
    expect(await first.recordSegment('t1', 'v360', 0, 10)).toBe(false);
    await first.close();
    await second.close();
    const third = await openSqliteCatalogue({ path });
    expect((await third.getTitle('t1'))?.segmentsCommitted).toBe(1);
    await third.close();
  });

  test('a list of thousands of titles is whole', async () => {
    const catalogue = await openSqliteCatalogue({ path: join(temporaryFolder(), 'catalogue.sqlite') });
    for (let n = 0; n < 3000; n += 1) {
      await catalogue.putTitle(titleRecord(`t${n}`, { createdAtMs: n, planRevision: 0 }), 'playable', 3, 6);
      await catalogue.recordSegment(`t${n}`, 'v360', 0, 10);
    }
    const titles = await catalogue.listTitles();
    expect(titles).toHaveLength(3000);
    expect(titles[0]?.record.id).toBe('t2999');
    expect(titles.every((title) => title.segmentsCommitted === 1)).toBe(true);
    await catalogue.close();
  }, 30_000);
});
