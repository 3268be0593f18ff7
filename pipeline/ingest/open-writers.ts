import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A file by its name and by what the kernel calls it. */
export interface FileRef {
  path: string;
  device: number;
  inode: number;
}

/**
 * Which of these files a process of this machine has open for writing, by path: one walk over /proc for all of them.
 * `unknown` where there is no /proc (macOS), and where a process of another user keeps its files to itself and no other
 * process has the file open.
 */
export async function findOpenWriters(files: readonly FileRef[], procDir = '/proc'): Promise<Map<string, boolean | 'unknown'>> {
  const names = new Set(files.map((file) => basename(file.path)));
  const writing = new Set<string>();
  const processes = await readdir(procDir).catch(() => []);
  const pids = processes.filter((name) => /^\d+$/.test(name));
  let sawAll = pids.length > 0;
  for (const pid of pids) {
    const descriptors = await listDescriptors(join(procDir, pid, 'fd'));
    if (descriptors === 'hidden') {
      sawAll = false;
      continue;
    }
    for (const descriptor of descriptors) {
      const file = await matchDescriptor(join(procDir, pid, 'fd', descriptor), names, files);
      if (file && (await isForWriting(join(procDir, pid, 'fdinfo', descriptor)))) writing.add(file.path);
    }
  }
  return new Map(files.map(({ path }) => [path, writing.has(path) || (sawAll ? false : 'unknown')]));
}

/** A process that has ended meanwhile holds nothing; one that may not be asked may hold anything. */
async function listDescriptors(fdDir: string): Promise<string[] | 'hidden'> {
  try {
    return await readdir(fdDir);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT' || code === 'ESRCH' ? [] : 'hidden';
  }
}

/**
 * The name is compared first: a stat of every descriptor of the machine could hang on a dead network mount. Folders are
 * not compared, because a process in a container sees the same file under another path.
 */
async function matchDescriptor(link: string, names: ReadonlySet<string>, files: readonly FileRef[]): Promise<FileRef | undefined> {
  try {
    const target = await readlink(link);
    if (!target.startsWith('/') || !names.has(basename(target))) return undefined;
    const { dev, ino } = await stat(link);
    return files.find((file) => file.inode === ino && file.device === dev);
  } catch {
    // Closed between the listing and the look.
    return undefined;
  }
}

/** The flags of open(2) in octal: O_RDONLY is 0, O_WRONLY 1, O_RDWR 2 (proc(5), /proc/pid/fdinfo). */
async function isForWriting(fdinfo: string): Promise<boolean> {
  const text = await readFile(fdinfo, 'utf8').catch(() => '');
  const flags = /^flags:\s*([0-7]+)$/m.exec(text)?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0;
}
