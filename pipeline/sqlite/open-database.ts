import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { AppError, toAppError } from '../errors.ts';

/** What may be bound to a `?`. Integers beyond 2^53 are refused: libsql rounds them without a word. */
export type SqlValue = string | number | boolean | null | Uint8Array;

/**
 * One connection to a SQLite file. Synchronous, as SQLite is; the ports above it are not.
 * Failures are AppErrors: `disk_full`, or `store_failed` (retryable when the machine refuses: another process held the file
 * for too long, the disk cannot be written or reports errors).
 */
export interface SqlDatabase {
  /** Answers the number of changed rows. */
  run(sql: string, ...values: SqlValue[]): number;
  /** The first row. `Row` is the caller's word for the columns that the statement selects. */
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined;
  all<Row>(sql: string, ...values: SqlValue[]): Row[];
  /** Runs `work` in one write transaction (BEGIN IMMEDIATE): all of it happens, or, when it throws, none. Does not nest. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

export interface DatabaseOptions {
  path: string;
  /** SQL scripts, oldest first, never edited once released: a database of schema n has run the first n. */
  migrations: readonly string[];
}

/** How long a statement waits for another process's write. libsql's own default is not to wait at all. */
const BUSY_TIMEOUT_MS = 5000;

/** Opens the file, creating it and its folder where missing, and brings its schema up to date. */
export function openDatabase({ path, migrations }: DatabaseOptions): SqlDatabase {
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw databaseError(error, path);
    }
  };

  const connection = attempt(() => {
    makeFolder(dirname(path));
    return new Libsql(path);
  });
  const statements = new Map<string, ReturnType<typeof connection.prepare>>();
  let isOpen = true;

  const prepared = (sql: string) => {
    // Without this, a statement prepared earlier goes on working on a closed libsql connection.
    if (!isOpen) throw new AppError('internal', `The database ${path} is closed.`);
    let statement = statements.get(sql);
    if (statement === undefined) statements.set(sql, (statement = connection.prepare(sql)));
    return statement;
  };

  const database: SqlDatabase = {
    run: (sql, ...values) => attempt(() => prepared(sql).run(values.map(bindable)).changes),
    get: <Row>(sql: string, ...values: SqlValue[]) =>
      attempt(() => {
        const row = prepared(sql).get(values.map(bindable)) as (Row & { _metadata?: unknown }) | undefined;
        // libsql adds its timing to the row.
        if (row !== undefined) delete row._metadata;
        return row;
      }),
    all: <Row>(sql: string, ...values: SqlValue[]) => attempt(() => prepared(sql).all(values.map(bindable)) as Row[]),
    transaction: (work) => {
      database.run('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.run('COMMIT');
        return result;
      } catch (error) {
        // SQLite has rolled back by itself after some errors (a full disk).
        if (connection.inTransaction) database.run('ROLLBACK');
        throw error;
      }
    },
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      statements.clear();
      connection.close();
    },
  };

  try {
    attempt(() => {
      connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      enterWal(database);
      // NORMAL keeps the file sound through a crash; a power cut may take the last commits of what is only an index.
      connection.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    });
    migrate(database, (sql) => attempt(() => connection.exec(sql)), path, migrations);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    // Node's word for a disk that cannot be written, where only the last folder is missing.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw Object.assign(new Error(String(error)), { code: 'EROFS', cause: error });
    throw error;
  }
}

/** The mode is a property of the file. Changing it does not wait for a process that is opening the same new file; asking does. */
function enterWal(database: SqlDatabase): void {
  const deadline = Date.now() + BUSY_TIMEOUT_MS;
  while (database.get<{ journal_mode: string }>('PRAGMA journal_mode')?.journal_mode !== 'wal') {
    try {
      database.get('PRAGMA journal_mode = WAL');
    } catch (error) {
      if (!(error instanceof AppError && error.retryable) || Date.now() > deadline) throw error;
    }
  }
}

function migrate(database: SqlDatabase, execute: (script: string) => void, path: string, migrations: readonly string[]): void {
  const version = () => database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (version() === migrations.length) return;
  // Read again inside the transaction: another process may be migrating the same file.
  database.transaction(() => {
    const found = version();
    if (found > migrations.length) {
      throw new AppError(
        'store_failed',
        `${path} was written by a newer Millrace (its schema is ${found}, this one knows ${migrations.length}). Start the newer one, or move the file away.`,
      );
    }
    for (const script of migrations.slice(found)) execute(script);
    execute(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** Binding a boolean aborts the whole process, so it must never reach libsql; undefined and NaN would become NULL. */
function bindable(value: SqlValue): string | number | null | Uint8Array {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' || value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'number' && Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value;
  throw new TypeError(`${String(value)} (${typeof value}) cannot be stored in a database`);
}

/** By the beginning of SQLite's code: when it is the machine that refuses. */
const REFUSALS: Readonly<Record<string, (path: string) => string>> = {
  SQLITE_BUSY: (path) => `Another process has kept ${path} busy for too long.`,
  SQLITE_READONLY: (path) => `${path} can only be read, not written. Make its disk writable; work goes on by itself.`,
  SQLITE_IOERR: (path) => `The disk reports an error for ${path}. Check it and its connection; work goes on by itself.`,
  SQLITE_CANTOPEN: (path) => `${path} cannot be opened. Check that its disk is there and can be written.`,
};

/** Opening fails with a message alone, at whose end SQLite's number stands. */
function sqliteCodeOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return /ConnectionFailed\(.*: 14"\)$/.test(String(message)) ? 'SQLITE_CANTOPEN' : '';
}

function databaseError(error: unknown, path: string): unknown {
  if (error instanceof AppError || error instanceof TypeError) return error;
  const refused = toAppError(error);
  if (refused.code !== 'internal') return refused;
  const sqliteCode = sqliteCodeOf(error);
  const options = { cause: error, details: { path, sqliteCode } };
  const refusal = Object.entries(REFUSALS).find(([code]) => sqliteCode.startsWith(code));
  if (refusal !== undefined) return new AppError('store_failed', refusal[1](path), { ...options, retryable: true });
  if (sqliteCode === 'SQLITE_FULL') {
    return new AppError('disk_full', 'The disk is full. Free some space; work goes on by itself.', { ...options, retryable: true });
  }
  if (sqliteCode === 'SQLITE_NOTADB' || sqliteCode.startsWith('SQLITE_CORRUPT')) {
    return new AppError('store_failed', `${path} is damaged. Stop Millrace, move the file away and start again: it is rebuilt.`, options);
  }
  return new AppError('store_failed', `The database ${path} failed: ${error instanceof Error ? error.message : String(error)}`, options);
}
