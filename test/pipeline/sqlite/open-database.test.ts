import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase, type SqlDatabase, type SqlValue } from '../../../pipeline/sqlite/open-database.ts';
import { temporaryFolder } from '../../conformance/fixtures.ts';
import { canMount, mountSmallDisk } from '../../small-disk.ts';

const migrations = ['CREATE TABLE things (n INTEGER PRIMARY KEY, value)'];

function open(path = join(temporaryFolder(), 'deep/er/test.sqlite'), scripts: readonly string[] = migrations): SqlDatabase {
  const database = openDatabase({ path, migrations: scripts });
  onTestFinished(() => database.close());
  return database;
}

describe('open-database', () => {
  test('booleans become 0 and 1, though libsql itself would abort the process', () => {
    const database = open();
    database.run('INSERT INTO things VALUES (1, ?), (2, ?)', true, false);
    expect(database.all('SELECT n, value FROM things')).toEqual([
      { n: 1, value: 1 },
      { n: 2, value: 0 },
    ]);
    expect(database.get('SELECT n FROM things WHERE value = ?', true)).toEqual({ n: 1 });
  });

  test.each([2 ** 53, -(2 ** 60), Number.NaN, Number.POSITIVE_INFINITY, 1n, undefined, {}, [1]])('%s is refused, not changed', (value) => {
    expect(() => open().run('INSERT INTO things VALUES (1, ?)', value as SqlValue)).toThrow(TypeError);
  });

  test('values come back as they were, in rows without columns of libsql', () => {
    const database = open();
    const values = [null, 'í 한국어 😀', 0.1, -5, Number.MAX_SAFE_INTEGER];
    for (const [n, value] of values.entries()) database.run('INSERT INTO things VALUES (?, ?)', n, value);
    for (const [n, value] of values.entries()) expect(database.get('SELECT value FROM things WHERE n = ?', n)).toStrictEqual({ value });
    expect(database.all('SELECT value FROM things ORDER BY n')).toStrictEqual(values.map((value) => ({ value })));
    expect(database.get('SELECT value FROM things WHERE n = 99')).toBeUndefined();
    expect(database.run('DELETE FROM things WHERE n < ?', 2)).toBe(2);
  });

  test('a transaction that throws leaves nothing, and the next one works', () => {
    const database = open();
    expect(() =>
      database.transaction(() => {
        database.run('INSERT INTO things VALUES (1, 1)');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(database.transaction(() => database.all('SELECT n FROM things'))).toEqual([]);
  });

  test('foreign keys are kept, and the file is in WAL mode', () => {
    const database = open(undefined, ['CREATE TABLE a (n INTEGER PRIMARY KEY)', 'CREATE TABLE b (a INTEGER REFERENCES a (n))']);
    expect(() => database.run('INSERT INTO b VALUES (1)')).toThrow(expect.objectContaining({ code: 'store_failed' }));
    expect(database.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
  });

  test('an older file is brought up to date with its rows', () => {
    const path = join(temporaryFolder(), 'test.sqlite');
    const first = open(path);
    first.run('INSERT INTO things VALUES (1, 7)');
    first.close();
    const second = open(path, [...migrations, 'ALTER TABLE things ADD COLUMN colour TEXT; UPDATE things SET value = value + 1']);
    expect(second.get('SELECT * FROM things')).toEqual({ n: 1, value: 8, colour: null });
    second.close();
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'store_failed', message: expect.stringContaining('newer Millrace') }));
  });

  test('a migration that fails leaves the file as it was', () => {
    const path = join(temporaryFolder(), 'test.sqlite');
    open(path).close();
    expect(() => open(path, [...migrations, 'DROP TABLE things; CREATE NONSENSE'])).toThrow(
      expect.objectContaining({ code: 'store_failed' }),
    );
    expect(open(path).all('SELECT * FROM things')).toEqual([]);
  });

  test('a file that is no database is called damaged, with what to do', () => {
    const path = join(temporaryFolder(), 'test.sqlite');
    writeFileSync(path, 'text'.repeat(1000));
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'store_failed', message: expect.stringContaining('damaged') }));
  });

  test('a file that can only be read is the machine’s refusal, which may be over later', () => {
    const database = open();
    database.get('PRAGMA query_only = 1');
    const refused = expect.objectContaining({ code: 'store_failed', retryable: true, message: expect.stringContaining('only be read') });
    expect(() => database.run('INSERT INTO things VALUES (1, 1)')).toThrow(refused);
    expect(() => database.transaction(() => database.run('DELETE FROM things'))).toThrow(refused);
  });

  test('a file that cannot be opened is so as well', () => {
    const path = join(temporaryFolder(), 'test.sqlite');
    mkdirSync(path);
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'store_failed', retryable: true }));
  });

  test.skipIf(!canMount)(
    'on a full disk it is disk_full, what was written stays, and it goes on when there is space',
    ({ onTestFinished }) => {
      const disk = mountSmallDisk('512k');
      onTestFinished(disk.unmount);
      const database = open(join(disk.path, 'test.sqlite'));
      const fill = () => {
        for (;;) database.run('INSERT INTO things VALUES (NULL, ?)', 'x'.repeat(1000));
      };
      const full = expect.objectContaining({ code: 'disk_full', retryable: true });
      expect(fill).toThrow(full);
      const { count } = database.get<{ count: number }>('SELECT count(*) AS count FROM things')!;
      expect(() => database.transaction(fill)).toThrow(full);
      expect(() => open(join(disk.path, 'other.sqlite'))).toThrow(full);
      expect(database.get('SELECT count(*) AS count FROM things')).toEqual({ count });
      disk.remount('size=4m');
      database.run('INSERT INTO things VALUES (NULL, 1)');
      expect(database.get('SELECT count(*) AS count FROM things')).toEqual({ count: count + 1 });
    },
  );

  test.skipIf(!canMount)('on a disk that can only be read nothing can be made, which may be over later', ({ onTestFinished }) => {
    const disk = mountSmallDisk('512k');
    onTestFinished(disk.unmount);
    disk.remount('ro');
    const refused = expect.objectContaining({ code: 'store_failed', retryable: true });
    expect(() => open(join(disk.path, 'test.sqlite'))).toThrow(refused);
    expect(() => open(join(disk.path, 'deep/test.sqlite'))).toThrow(refused);
    disk.remount('rw');
    open(join(disk.path, 'test.sqlite'));
  });

  test('a closed database takes nothing more, though libsql would let its old statements write', () => {
    const database = open();
    const insert = () => database.run('INSERT INTO things VALUES (NULL, 1)');
    insert();
    database.close();
    database.close();
    expect(insert).toThrow('closed');
  });

  test('four processes that make and write the same new file at once wait for each other', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'test.sqlite');
    const module = pathToFileURL(join(import.meta.dirname, '../../../pipeline/sqlite/open-database.ts')).href;
    const script = `
      const { openDatabase } = await import(${JSON.stringify(module)});
      const { existsSync } = await import('node:fs');
      process.stdout.write('ready');
      while (!existsSync(${JSON.stringify(join(folder, 'go'))})) {}
      const database = openDatabase({ path: ${JSON.stringify(path)}, migrations: ${JSON.stringify(migrations)} });
      for (let n = 0; n < 200; n += 1) database.transaction(() => database.run('INSERT INTO things SELECT coalesce(max(n), 0) + 1, 1 FROM things'));
      database.close();`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL');
    });
    const exits = children.map((child) => once(child, 'exit'));
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    expect(existsSync(path)).toBe(false);
    writeFileSync(join(folder, 'go'), '');
    expect((await Promise.all(exits)).map(([status]) => status)).toEqual([0, 0, 0, 0]);
    expect(open(path).get('SELECT count(*) AS count, max(n) AS last FROM things')).toEqual({ count: 800, last: 800 });
  }, 30_000);
});
