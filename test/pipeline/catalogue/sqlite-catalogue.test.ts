import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogueMigrations } from '../../../pipeline/catalogue/migrations.ts';
import { openSqliteCatalogue } from '../../../pipeline/catalogue/sqlite-catalogue.ts';
import { openDatabase } from '../../../pipeline/sqlite/open-database.ts';
import { catalogueConformance } from '../../conformance/catalogue-conformance.ts';
import { temporaryFolder, titleRecord } from '../../conformance/fixtures.ts';

describe('sqlite catalogue: conformance', () =>
  catalogueConformance(({ nowMs }) => openSqliteCatalogue({ path: join(temporaryFolder(), 'catalogue.sqlite'), nowMs })));

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

  test('segments of a file from before use was kept are there, as unused for the longest', async () => {
    const path = join(temporaryFolder(), 'catalogue.sqlite');
    const older = openDatabase({ path, migrations: catalogueMigrations.slice(0, 1) });
    older.run(
      `INSERT INTO titles (id, identity, created_at_ms, state, segments_planned, record) VALUES ('t1', 'i', 1, 'playable', 6, '{}')`,
    );
    older.run(`INSERT INTO renditions (key, title_id, rendition_id, revision, segments, bytes) VALUES (1, 't1', 'v360', 0, 1, 10)`);
    older.run('INSERT INTO segments (rendition, segment, size_bytes) VALUES (1, 4, 10)');
    older.close();
    const catalogue = await openSqliteCatalogue({ path });
    await catalogue.recordSegment('t1', 'v360', 0, 10);
    expect(await catalogue.leastRecentlyUsed(9)).toMatchObject([{ segment: 4, usedAtMs: 0 }, { segment: 0 }]);
    await catalogue.close();
  });

  test('when a segment was used survives a restart', async () => {
    const path = join(temporaryFolder(), 'catalogue.sqlite');
    const first = await openSqliteCatalogue({ path });
    await first.putTitle(titleRecord('t1', { planRevision: 0 }), 'playable', 3, 6);
    for (const segment of [0, 1]) await first.recordSegment('t1', 'v360', segment, 10);
    await first.noteUsed('t1', 'v360', [0], Date.now() + 60_000);
    await first.close();
    const second = await openSqliteCatalogue({ path });
    expect((await second.leastRecentlyUsed(9)).map(({ segment }) => segment)).toEqual([1, 0]);
    await second.close();
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
