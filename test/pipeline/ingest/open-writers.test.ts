import { mkdir, mkdtemp, open, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FileRef, findOpenWriters } from '../../../pipeline/ingest/open-writers.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-writers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileRef(name: string): Promise<FileRef> {
  const path = join(folder, name);
  await writeFile(path, 'x');
  const { dev, ino } = await stat(path);
  return { path, device: dev, inode: ino };
}

/** A /proc with one process that holds one file, with the given flags. */
async function procWith(file: FileRef, flags: string): Promise<string> {
  const procDir = await mkdtemp(join(folder, 'proc-'));
  await mkdir(join(procDir, '42', 'fd'), { recursive: true });
  await mkdir(join(procDir, '42', 'fdinfo'));
  await symlink(file.path, join(procDir, '42', 'fd', '3'));
  await writeFile(join(procDir, '42', 'fdinfo', '3'), `pos:\t0\nflags:\t${flags}\nmnt_id:\t29\n`);
  return procDir;
}

describe.runIf(process.platform === 'linux')('the processes of this machine', () => {
  test('a file that is open for writing is found, one that is only read or closed is not', async () => {
    const [written, read, closed] = [await fileRef('written'), await fileRef('read'), await fileRef('closed')];
    const [writer, reader] = [await open(written.path, 'a'), await open(read.path, 'r')];
    try {
      const found = await findOpenWriters([written, read, closed]);
      expect(found.get(written.path)).toBe(true);
      expect(found.get(read.path)).not.toBe(true);
      expect(found.get(closed.path)).not.toBe(true);
    } finally {
      await writer.close();
      await reader.close();
    }
    expect((await findOpenWriters([written])).get(written.path)).not.toBe(true);
  });
});

describe('what /proc says', () => {
  test.each([
    ['0100000', false],
    ['0100001', true],
    ['0102002', true],
  ])('flags %s: open for writing is %s', async (flags, expected) => {
    const file = await fileRef('film.mp4');
    expect((await findOpenWriters([file], await procWith(file, flags))).get(file.path)).toBe(expected);
  });

  test('another file of the same name is not mistaken for it', async () => {
    const file = await fileRef('film.mp4');
    const procDir = await procWith(file, '0100001');
    const replaced = { ...file, inode: file.inode + 1 };
    expect((await findOpenWriters([replaced], procDir)).get(file.path)).toBe(false);
  });

  test('without /proc the answer is unknown', async () => {
    const file = await fileRef('film.mp4');
    expect((await findOpenWriters([file], join(folder, 'no-proc'))).get(file.path)).toBe('unknown');
  });

  test('with a process that keeps its files to itself the answer is unknown, or yes where another writes', async () => {
    const [written, other] = [await fileRef('written.mp4'), await fileRef('other.mp4')];
    const procDir = await procWith(written, '0100001');
    // A list of descriptors that cannot be read as one, as another user's: not ENOENT.
    await mkdir(join(procDir, '43'));
    await writeFile(join(procDir, '43', 'fd'), '');
    const found = await findOpenWriters([written, other], procDir);
    expect(found.get(written.path)).toBe(true);
    expect(found.get(other.path)).toBe('unknown');
  });
});
