import type { TitleRecord, TitleState } from '../model/title.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import type { Catalogue, CatalogueTitle, SegmentUse } from './catalogue.ts';
import { renditionRevision } from './derive-state.ts';
import { catalogueMigrations } from './migrations.ts';

interface TitleRow {
  record: string;
  state: TitleState;
  duration_seconds: number | null;
  segments_planned: number;
  segments_committed: number;
}

const SELECT_TITLE = `
  SELECT record, state, duration_seconds, segments_planned,
    (SELECT coalesce(sum(segments), 0) FROM renditions WHERE title_id = id AND revision = plan_revision
      AND rendition_id NOT IN (SELECT value FROM json_each(record, '$.leftOut'))) AS segments_committed
  FROM titles`;

export interface SqliteCatalogueOptions {
  path: string;
  /** The clock of what was used when. */
  nowMs?: () => number;
}

/** The catalogue in one SQLite file; several processes may have it open. Errors: see openDatabase. */
export async function openSqliteCatalogue({ path, nowMs = Date.now }: SqliteCatalogueOptions): Promise<Catalogue> {
  const database = openDatabase({ path, migrations: catalogueMigrations });

  const renditionKey = (titleId: string, renditionId: string) =>
    database.get<{ key: number }>('SELECT key FROM renditions WHERE title_id = ? AND rendition_id = ?', titleId, renditionId)?.key;

  const segmentSize = (rendition: number, segment: number) =>
    database.get<{ size_bytes: number }>('SELECT size_bytes FROM segments WHERE rendition = ? AND segment = ?', rendition, segment)
      ?.size_bytes;

  const addToSums = (rendition: number, segments: number, bytes: number) =>
    database.run('UPDATE renditions SET segments = segments + ?, bytes = bytes + ? WHERE key = ?', segments, bytes, rendition);

  return {
    async listTitles() {
      return database.all<TitleRow>(`${SELECT_TITLE} ORDER BY created_at_ms DESC, id DESC`).map(toCatalogueTitle);
    },

    async getTitle(titleId) {
      const row = database.get<TitleRow>(`${SELECT_TITLE} WHERE id = ?`, titleId);
      return row && toCatalogueTitle(row);
    },

    async findByIdentity(identity) {
      const row = database.get<TitleRow>(`${SELECT_TITLE} WHERE identity = ? ORDER BY created_at_ms, id`, identity);
      return row && toCatalogueTitle(row);
    },

    async putTitle(record, state, durationSeconds, segmentsPlanned) {
      // Not REPLACE: that deletes the row first, and its segments with it.
      database.run(
        `INSERT INTO titles (id, identity, created_at_ms, state, plan_revision, duration_seconds, segments_planned, record)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET identity = excluded.identity, created_at_ms = excluded.created_at_ms, state = excluded.state,
           plan_revision = excluded.plan_revision, duration_seconds = excluded.duration_seconds,
           segments_planned = excluded.segments_planned, record = excluded.record`,
        record.id,
        record.source.identity,
        record.createdAtMs,
        state,
        record.planRevision ?? null,
        durationSeconds,
        segmentsPlanned,
        JSON.stringify(record),
      );
    },

    async setState(titleId, state) {
      database.run('UPDATE titles SET state = ? WHERE id = ?', state, titleId);
    },

    async removeTitle(titleId) {
      database.run('DELETE FROM titles WHERE id = ?', titleId);
    },

    async recordSegment(titleId, renditionId, segment, sizeBytes, usedAtMs = Number.POSITIVE_INFINITY) {
      return database.transaction(() => {
        // No row where the title is not in the catalogue (any more).
        database.run(
          `INSERT INTO renditions (title_id, rendition_id, revision) SELECT id, ?, ? FROM titles WHERE id = ?
           ON CONFLICT (title_id, rendition_id) DO NOTHING`,
          renditionId,
          renditionRevision(renditionId),
          titleId,
        );
        const rendition = renditionKey(titleId, renditionId);
        if (rendition === undefined) return false;
        const knownBytes = segmentSize(rendition, segment);
        if (knownBytes === sizeBytes) return false;
        database.run(
          'INSERT OR REPLACE INTO segments (rendition, segment, size_bytes, used_at_ms) VALUES (?, ?, ?, ?)',
          rendition,
          segment,
          sizeBytes,
          Math.min(usedAtMs, nowMs()),
        );
        addToSums(rendition, knownBytes === undefined ? 1 : 0, sizeBytes - (knownBytes ?? 0));
        return knownBytes === undefined;
      });
    },

    async forgetSegment(titleId, renditionId, segment) {
      database.transaction(() => {
        const rendition = renditionKey(titleId, renditionId);
        const knownBytes = rendition === undefined ? undefined : segmentSize(rendition, segment);
        if (rendition === undefined || knownBytes === undefined) return;
        database.run('DELETE FROM segments WHERE rendition = ? AND segment = ?', rendition, segment);
        addToSums(rendition, -1, -knownBytes);
      });
    },

    async listSegments(titleId, renditionId) {
      return database.all<{ segment: number; sizeBytes: number }>(
        `SELECT segment, size_bytes AS sizeBytes FROM segments JOIN renditions ON key = rendition
         WHERE title_id = ? AND rendition_id = ? ORDER BY segment`,
        titleId,
        renditionId,
      );
    },

    async renditionStats(titleId) {
      return database.all<{ renditionId: string; segmentsCommitted: number; bytesCommitted: number }>(
        `SELECT rendition_id AS renditionId, segments AS segmentsCommitted, bytes AS bytesCommitted
         FROM renditions WHERE title_id = ? AND segments > 0 ORDER BY rendition_id`,
        titleId,
      );
    },

    async noteUsed(titleId, renditionId, segments, atMs) {
      const rendition = renditionKey(titleId, renditionId);
      if (rendition === undefined) return;
      database.run(
        `UPDATE segments SET used_at_ms = ?
         WHERE rendition = ? AND segment IN (SELECT value FROM json_each(?)) AND used_at_ms < ?`,
        atMs,
        rendition,
        JSON.stringify(segments),
        atMs,
      );
    },

    async leastRecentlyUsed(limit, after) {
      // A rendition that went since the page before: from the beginning of that moment.
      const key = (after && renditionKey(after.titleId, after.renditionId)) ?? -1;
      return database.all<SegmentUse>(
        `SELECT title_id AS titleId, rendition_id AS renditionId, segment, size_bytes AS sizeBytes, used_at_ms AS usedAtMs
         FROM segments JOIN renditions ON key = rendition
         WHERE (used_at_ms, rendition, segment) > (?, ?, ?) ORDER BY used_at_ms, rendition, segment LIMIT ?`,
        after?.usedAtMs ?? -1,
        key,
        after?.segment ?? -1,
        limit,
      );
    },

    async keepBandwidth(titleId, renditionId, { peakBps, averageBps }) {
      database.run(
        'UPDATE renditions SET peak_bps = ?, average_bps = ? WHERE title_id = ? AND rendition_id = ?',
        peakBps,
        averageBps,
        titleId,
        renditionId,
      );
    },

    async keptBandwidths(titleId) {
      const rows = database.all<{ renditionId: string; peakBps: number; averageBps: number }>(
        `SELECT rendition_id AS renditionId, peak_bps AS peakBps, average_bps AS averageBps
         FROM renditions WHERE title_id = ? AND peak_bps IS NOT NULL`,
        titleId,
      );
      return new Map(rows.map(({ renditionId, peakBps, averageBps }) => [renditionId, { peakBps, averageBps }]));
    },

    async bytesCommitted() {
      return database.get<{ bytes: number }>('SELECT coalesce(sum(bytes), 0) AS bytes FROM renditions')?.bytes ?? 0;
    },

    async close() {
      database.close();
    },
  };
}

function toCatalogueTitle(row: TitleRow): CatalogueTitle {
  return {
    record: JSON.parse(row.record) as TitleRecord,
    state: row.state,
    durationSeconds: row.duration_seconds,
    segmentsPlanned: row.segments_planned,
    segmentsCommitted: row.segments_committed,
  };
}
