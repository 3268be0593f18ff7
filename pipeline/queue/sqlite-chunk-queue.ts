import type { Chunk } from '../model/plan.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import type { ChunkCause, ChunkLease, ChunkQueue, QueuedChunk } from './chunk-queue.ts';

/**
 * A chunk is queued while its token is NULL, and claimed from then on. There is no table of claimed segments: chunks are
 * rectangles, and claim() takes one only if it overlaps no claimed one. So a segment's claim is the claimed chunk over it.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE chunks (
    -- AUTOINCREMENT: an id is never given twice, not even after clear().
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title_id TEXT NOT NULL,
    plan_revision INTEGER NOT NULL,
    rendition_ids TEXT NOT NULL,
    first_segment INTEGER NOT NULL,
    end_segment INTEGER NOT NULL,
    cause TEXT NOT NULL,
    priority INTEGER NOT NULL,
    worker_id TEXT,
    token INTEGER,
    lease_ends_at_ms INTEGER
  ) STRICT;
  CREATE INDEX chunks_by_title ON chunks (title_id);
  CREATE INDEX chunks_queued ON chunks (priority, id) WHERE token IS NULL;
  CREATE INDEX chunks_claimed ON chunks (title_id, lease_ends_at_ms) WHERE token IS NOT NULL;

  CREATE TABLE last_token (token INTEGER NOT NULL) STRICT;
  INSERT INTO last_token (token) VALUES (0);
  `,
  // Where a chunk stands: by the id of the one that it is the rest of.
  `
  ALTER TABLE chunks ADD COLUMN place INTEGER;
  DROP INDEX chunks_queued;
  CREATE INDEX chunks_queued ON chunks (priority, coalesce(place, id), first_segment, id) WHERE token IS NULL;
  `,
];

const PRIORITY: Record<ChunkCause, number> = { demand: 0, lead: 1, first: 2, copy: 3, prefetch: 4, background: 5, further: 6 };

const EVERY_CAUSE = Object.keys(PRIORITY) as ChunkCause[];

interface ChunkRow {
  id: number;
  title_id: string;
  plan_revision: number;
  rendition_ids: string;
  first_segment: number;
  end_segment: number;
  cause: ChunkCause;
  token: number | null;
}

const CHUNK_COLUMNS = 'id, title_id, plan_revision, rendition_ids, first_segment, end_segment, cause, token';

/** The best queued chunk of the causes, and of none of the titles, both given as JSON, that shares no (rendition, segment) with a claimed one. */
const SELECT_BEST = `
  SELECT ${CHUNK_COLUMNS} FROM chunks AS queued
  WHERE token IS NULL AND cause IN (SELECT value FROM json_each(?)) AND title_id NOT IN (SELECT value FROM json_each(?))
    AND NOT EXISTS (
    SELECT 1 FROM chunks AS claimed
    WHERE claimed.token IS NOT NULL AND claimed.title_id = queued.title_id
      AND claimed.first_segment < queued.end_segment AND queued.first_segment < claimed.end_segment
      -- One that was cut down to nothing holds nothing.
      AND claimed.first_segment < claimed.end_segment
      AND EXISTS (
        SELECT 1 FROM json_each(claimed.rendition_ids) AS theirs JOIN json_each(queued.rendition_ids) AS ours ON theirs.value = ours.value))
  ORDER BY priority, coalesce(place, id), first_segment, id LIMIT 1`;

export interface SqliteChunkQueueOptions {
  path: string;
  /** The clock that leases are measured by; all processes that share the file must agree on it. */
  nowMs?: () => number;
}

/** The queue in one SQLite file, which several processes may share. Errors: see openDatabase; RangeError for a chunk of nothing. */
export async function openSqliteChunkQueue({ path, nowMs = Date.now }: SqliteChunkQueueOptions): Promise<ChunkQueue> {
  const database = openDatabase({ path, migrations });

  return {
    async add(chunk, cause, inPlaceOf) {
      assertHoldsSegments(chunk);
      const row = database.get<{ id: number }>(
        `INSERT INTO chunks (title_id, plan_revision, rendition_ids, first_segment, end_segment, cause, priority, place)
         VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(place, id) FROM chunks WHERE id = ?)) RETURNING id`,
        chunk.titleId,
        chunk.planRevision,
        JSON.stringify(chunk.renditionIds),
        chunk.firstSegment,
        chunk.endSegment,
        cause,
        PRIORITY[cause],
        inPlaceOf === undefined ? null : Number(inPlaceOf),
      );
      return { id: String(row?.id), chunk, cause };
    },

    async claim(workerId, leaseMs, causes = EVERY_CAUSE, exceptTitles = []) {
      return database.transaction(() => {
        const now = nowMs();
        // An expired lease is ended here and for good, so that no clock that is set back revives it beside its successor.
        database.run(
          'UPDATE chunks SET token = NULL, worker_id = NULL, lease_ends_at_ms = NULL WHERE token IS NOT NULL AND lease_ends_at_ms <= ?',
          now,
        );
        const best = database.get<ChunkRow>(SELECT_BEST, JSON.stringify(causes), JSON.stringify(exceptTitles));
        if (best === undefined) return undefined;
        const token = database.get<{ token: number }>('UPDATE last_token SET token = token + 1 RETURNING token')?.token as number;
        database.run(
          'UPDATE chunks SET token = ?, worker_id = ?, lease_ends_at_ms = ? WHERE id = ?',
          token,
          workerId,
          now + leaseMs,
          best.id,
        );
        return { ...toQueuedChunk(best), token };
      });
    },

    async renew(lease, leaseMs) {
      const now = nowMs();
      return (
        database.run(
          'UPDATE chunks SET lease_ends_at_ms = ? WHERE id = ? AND token = ? AND lease_ends_at_ms > ?',
          now + leaseMs,
          Number(lease.id),
          lease.token,
          now,
        ) > 0
      );
    },

    async owns(lease, renditionId, segment) {
      const held = database.get(
        `SELECT 1 FROM chunks WHERE id = ? AND token = ? AND lease_ends_at_ms > ? AND first_segment <= ? AND end_segment > ?
           AND EXISTS (SELECT 1 FROM json_each(rendition_ids) WHERE value = ?)`,
        Number(lease.id),
        lease.token,
        nowMs(),
        segment,
        segment,
        renditionId,
      );
      return held !== undefined;
    },

    async cut(chunkId, endSegment) {
      return (
        database.run(
          'UPDATE chunks SET end_segment = max(first_segment, ?) WHERE id = ? AND token IS NOT NULL AND end_segment > ?',
          endSegment,
          Number(chunkId),
          endSegment,
        ) > 0
      );
    },

    async complete(lease) {
      removeLeased(lease);
    },

    async release(lease) {
      removeLeased(lease);
    },

    async list(titleId) {
      const now = nowMs();
      const rows = database.all<ChunkRow & { claimed: number }>(
        `SELECT ${CHUNK_COLUMNS}, token IS NOT NULL AND lease_ends_at_ms > ? AS claimed FROM chunks
         WHERE ? IS NULL OR title_id = ? ORDER BY priority, coalesce(place, id), first_segment, id`,
        now,
        titleId ?? null,
        titleId ?? null,
      );
      return rows.map((row) => ({ ...toQueuedChunk(row), claimed: row.claimed === 1 }));
    },

    async removeTitle(titleId) {
      database.run('DELETE FROM chunks WHERE title_id = ?', titleId);
    },

    async clear() {
      database.run('DELETE FROM chunks');
    },

    async close() {
      database.close();
    },
  };

  /** Nothing happens when the lease was lost: the chunk is its successor's. */
  function removeLeased(lease: ChunkLease): void {
    database.run('DELETE FROM chunks WHERE id = ? AND token = ?', Number(lease.id), lease.token);
  }
}

function toQueuedChunk(row: ChunkRow): QueuedChunk {
  return {
    id: String(row.id),
    cause: row.cause,
    chunk: {
      titleId: row.title_id,
      planRevision: row.plan_revision,
      renditionIds: JSON.parse(row.rendition_ids) as string[],
      firstSegment: row.first_segment,
      endSegment: row.end_segment,
    },
  };
}

function assertHoldsSegments({ renditionIds, firstSegment, endSegment }: Chunk): void {
  if (
    renditionIds.length > 0 &&
    Number.isInteger(firstSegment) &&
    Number.isInteger(endSegment) &&
    0 <= firstSegment &&
    firstSegment < endSegment
  )
    return;
  throw new RangeError(
    `A chunk holds at least one segment of one rendition, not [${firstSegment}, ${endSegment}) of ${renditionIds.length}`,
  );
}
