import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { placeOnce } from '../../../pipeline/storage/durable-write.ts';
import { createFsSegmentStore } from '../../../pipeline/storage/fs-segment-store.ts';
import { sweepAbandoned } from '../../../pipeline/storage/sweep-abandoned.ts';
import { bytesOf, temporaryFolder, textOf, titlePlan, titleRecord } from '../../conformance/fixtures.ts';
import { segmentStoreConformance } from '../../conformance/segment-store-conformance.ts';

describe('fs segment store: conformance', () =>
  segmentStoreConformance(() => createFsSegmentStore({ root: join(temporaryFolder(), 'streams') })));

describe('fs segment store: files', () => {
  test('the layout is the documented one and no temporary file is left', async () => {
    const root = temporaryFolder();
    const store = createFsSegmentStore({ root });
    await store.writeTitle(titleRecord('t1'));
    await store.writePlan(titlePlan('t1'));
    await store.putInit('t1', 'v360', bytesOf('i'));
    await store.putSegment('t1', 'v360', 0, bytesOf('s'));
    await store.putSegment('t1', 'v360', 0, bytesOf('again'));
    await store.putAsset('t1', 'poster.jpg', bytesOf('p'));
    expect(readdirSync(root, { recursive: true }).sort()).toEqual([
      't1',
      't1/plan-0.json',
      't1/poster.jpg',
      't1/title.json',
      't1/v360',
      't1/v360/0.m4s',
      't1/v360/init.mp4',
    ]);
  });

  test('files put there by hand under other names are not segments, titles or plans', async () => {
    const root = temporaryFolder();
    const store = createFsSegmentStore({ root });
    await store.writeTitle(titleRecord('t1'));
    await store.putSegment('t1', 'v360', 0, bytesOf('s'));
    for (const name of ['.tmp-1-ab-0', '00.m4s', '1.m4s.part', 'x.m4s']) writeFileSync(join(root, 't1/v360', name), 'x');
    mkdirSync(join(root, 't1/v360/7.m4s'));
    writeFileSync(join(root, 't1/plan-x.json'), '{}');
    writeFileSync(join(root, 'notes.txt'), 'x');
    writeFileSync(join(root, 'note'), 'x');
    mkdirSync(join(root, 'empty'));
    expect(await store.listSegments('t1', 'v360')).toEqual([{ segment: 0, sizeBytes: 1 }]);
    expect(await store.readFile('t1', 'v360', '7.m4s')).toBeUndefined();
    await store.removeSegment('t1', 'v360', 7);
    expect(existsSync(join(root, 't1/v360/7.m4s'))).toBe(true);
    expect(await store.readPlan('t1')).toBeUndefined();
    expect(await store.listTitles()).toEqual(['t1']);
  });

  test('a title moved to another disk behind a symbolic link plays on', async () => {
    const root = temporaryFolder();
    const store = createFsSegmentStore({ root });
    await store.writeTitle(titleRecord('t1'));
    await store.putSegment('t1', 'v360', 0, bytesOf('s'));
    const elsewhere = join(temporaryFolder(), 'moved');
    renameSync(join(root, 't1'), elsewhere);
    symlinkSync(elsewhere, join(root, 't1'));
    expect(await store.listTitles()).toEqual(['t1']);
    expect(await store.putSegment('t1', 'v360', 1, bytesOf('s'))).toBe('stored');
    expect(await store.listSegments('t1', 'v360')).toHaveLength(2);
  });

  test.each([
    ['cut off', '{"version":1,"id":"t1"', /not JSON/],
    ['of a later version', '{"version":2,"id":"t1"}', /version is 2/],
    ['of another title', JSON.stringify(titleRecord('t9')), /describes the title t9/],
    ['not an object', 'null', /version is undefined/],
  ])('a title.json that is %s is reported, and the other titles are listed', async (_, content, reason) => {
    const root = temporaryFolder();
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, new Writable({ write: (line, _encoding, done) => done(void lines.push(String(line))) }));
    const store = createFsSegmentStore({ root, log });
    await store.writeTitle(titleRecord('t1'));
    await store.writeTitle(titleRecord('t2'));
    writeFileSync(join(root, 't1/title.json'), content);
    await expect(store.readTitle('t1')).rejects.toMatchObject({ code: 'store_failed', message: expect.stringMatching(reason) });
    expect(await store.listTitles()).toEqual(['t2']);
    expect(lines).toEqual([expect.stringContaining('"title":"t1"')]);
  });

  test('what cannot be written is store_failed, with the reason', async () => {
    const root = join(temporaryFolder(), 'file');
    writeFileSync(root, 'a file where the folder should be');
    await expect(createFsSegmentStore({ root }).writeTitle(titleRecord('t1'))).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining('EEXIST'),
    });
  });

  test.each(['EPERM', 'EOPNOTSUPP'])('where the disk has no hard links (%s) a segment is still put once', async (code) => {
    const folder = temporaryFolder();
    const refuse = () => Promise.reject(Object.assign(new Error(code), { code }));
    const put = (name: string) => {
      writeFileSync(join(folder, name), name);
      return placeOnce(join(folder, name), join(folder, '0.m4s'), refuse);
    };
    expect(await put('one')).toBe('stored');
    expect(await put('two')).toBe('exists');
    expect(readFileSync(join(folder, '0.m4s'), 'utf8')).toBe('one');
  });
});

describe('fs segment store: interrupted writers', () => {
  const storeModule = pathToFileURL(join(import.meta.dirname, '../../../pipeline/storage/fs-segment-store.ts')).href;

  /** A process that puts segments of `sizeBytes` as fast as it can, segment n being n bytes-of-n, until it is killed. */
  async function startWriter(root: string, sizeBytes: number): Promise<ChildProcess> {
    const script = `
      const { createFsSegmentStore } = await import(${JSON.stringify(storeModule)});
      const store = createFsSegmentStore({ root: ${JSON.stringify(root)} });
      for (let n = 0; ; n += 1) {
        await store.putSegment('t1', 'v360', n, new Uint8Array(${sizeBytes}).fill(n % 251));
        if (n === 2) process.stdout.write('running');
      }`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    return child;
  }

  test('after kill -9 every visible segment is whole; what was in flight is swept, and not while its writer lives', async () => {
    const root = temporaryFolder();
    const store = createFsSegmentStore({ root });
    await store.writeTitle(titleRecord('t1'));
    const sizeBytes = 3_000_000;
    for (let round = 0; round < 3; round += 1) {
      const child = await startWriter(root, sizeBytes);
      // A file of the living writer, there for certain.
      const living = join(root, 't1/v360', `.tmp-${child.pid}-abcdef01-999`);
      writeFileSync(living, 'half');
      await sweepAbandoned(root);
      expect(existsSync(living)).toBe(true);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await sweepAbandoned(root)).toBeGreaterThanOrEqual(1);
      expect(readdirSync(join(root, 't1/v360')).filter((name) => !name.endsWith('.m4s'))).toEqual([]);
      const segments = await store.listSegments('t1', 'v360');
      expect(segments.length).toBeGreaterThanOrEqual(3);
      for (const { segment } of segments) {
        const bytes = (await store.readFile('t1', 'v360', `${segment}.m4s`)) as Uint8Array;
        expect([bytes.length, bytes.every((byte) => byte === segment % 251)]).toEqual([sizeBytes, true]);
      }
    }
  }, 60_000);

  test('a file of a dead process that had our pid is swept, one of our own is not, nor anything else', async () => {
    const root = temporaryFolder();
    const store = createFsSegmentStore({ root });
    await store.writeTitle(titleRecord('t1'));
    const putting = store.putSegment('t1', 'v360', 0, new Uint8Array(1_000_000));
    mkdirSync(join(root, `.tmp-${process.pid}-00000000-1/v360`), { recursive: true });
    writeFileSync(join(root, 't1', '.tmp-notes'), 'by hand');
    expect(await sweepAbandoned(root)).toBe(1);
    expect(await putting).toBe('stored');
    expect(readdirSync(root)).toEqual(['t1']);
    expect(readdirSync(join(root, 't1')).sort()).toEqual(['.tmp-notes', 'title.json', 'v360']);
  });

  test('a folder that is not there has nothing to sweep', async () => {
    expect(await sweepAbandoned(join(temporaryFolder(), 'none'))).toBe(0);
  });

  test('a reader beside a writer of titles always reads a whole record', async () => {
    const store = createFsSegmentStore({ root: temporaryFolder() });
    await store.writeTitle(titleRecord('t1'));
    let isWriting = true;
    const writing = (async () => {
      for (let n = 0; n < 40; n += 1) await store.writeTitle(titleRecord('t1', { name: 'x'.repeat(n * 1000) }));
      isWriting = false;
    })();
    while (isWriting) expect((await store.readTitle('t1'))?.id).toBe('t1');
    await writing;
    expect(textOf(await store.readAsset('t1', 'poster.jpg'))).toBeUndefined();
  });
});
