/** The catalogue's schema, step by step. Add at the end; a step that was released is never changed. */
export const catalogueMigrations: readonly string[] = [
  `
  CREATE TABLE titles (
    id TEXT PRIMARY KEY,
    identity TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    plan_revision INTEGER,
    duration_seconds REAL,
    segments_planned INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX titles_by_identity ON titles (identity);
  CREATE INDEX titles_by_age ON titles (created_at_ms, id);

  -- Keeps the sums, so that a list of thousands of titles does not count millions of segments.
  CREATE TABLE renditions (
    key INTEGER PRIMARY KEY,
    title_id TEXT NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    rendition_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    segments INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (title_id, rendition_id)
  ) STRICT;

  CREATE TABLE segments (
    rendition INTEGER NOT NULL REFERENCES renditions (key) ON DELETE CASCADE,
    segment INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    PRIMARY KEY (rendition, segment)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- When a segment was committed or watched last. What was there before this was kept counts as unused for the longest.
  ALTER TABLE segments ADD COLUMN used_at_ms INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX segments_by_use ON segments (used_at_ms);
  `,
  `
  -- Measured while the rendition was complete; NULL where it never was.
  ALTER TABLE renditions ADD COLUMN peak_bps REAL;
  ALTER TABLE renditions ADD COLUMN average_bps REAL;
  `,
];
