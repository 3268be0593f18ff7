import { copyFile, mkdir, open, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PendingFile } from '../../../pipeline/catalogue/catalogue.ts';
import { AppError } from '../../../pipeline/errors.ts';
import { createAcceptor } from '../../../pipeline/ingest/accept.ts';
import { type Clock, type Inbox, type InboxOptions, type SettledFile, startInbox } from '../../../pipeline/ingest/inbox.ts';
import { type MediaHome, makeMediaHome } from './media-home.ts';

/** Time that stands still until the test moves it, from the real now on, because files carry the real time. */
function createTestClock() {
  let nowMs = Date.now();
  let timers: { atMs: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => nowMs,
    after(delayMs, run) {
      // The pause between two ticks passes by itself: only waiting for a file needs the test.
      const timer = { atMs: nowMs + delayMs, run };
      if (delayMs <= 250) {
        const immediate = setImmediate(() => {
          nowMs += delayMs;
          run();
        });
        return () => clearImmediate(immediate);
      }
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const advance = (ms: number) => {
    nowMs += ms;
    const due = timers.filter((timer) => timer.atMs <= nowMs);
    timers = timers.filter((timer) => timer.atMs > nowMs);
    for (const timer of due) timer.run();
  };
  return { clock, advance };
}

let home: MediaHome;
let inbox: Inbox | undefined;
let taken: string[];
let time: ReturnType<typeof createTestClock>;
const inboxPath = (name: string) => join(home.mediaDir, 'inbox', name);

beforeEach(async () => {
  home = await makeMediaHome();
  await mkdir(join(home.mediaDir, 'inbox'));
  taken = [];
  time = createTestClock();
});
afterEach(async () => {
  await inbox?.close();
  inbox = undefined;
  await home.remove();
});

async function start(options: Partial<InboxOptions> = {}): Promise<void> {
  inbox = await startInbox({
    inboxDir: join(home.mediaDir, 'inbox'),
    failedDir: join(home.mediaDir, 'failed'),
    onSettled: take,
    bus: home.bus,
    log: home.log,
    clock: time.clock,
    ...options,
  });
}

async function take(file: SettledFile): Promise<void> {
  taken.push(relative(inboxPath(''), file.path));
  await rm(file.path);
}

/** Resolves with the first published list, from now or already there, that satisfies. */
function pendingWhere(satisfies: (files: PendingFile[]) => boolean): Promise<PendingFile[]> {
  const now = inbox?.pending();
  if (now && satisfies(now)) return Promise.resolve(now);
  return new Promise((resolve) => {
    const end = home.bus.subscribe((event) => {
      if (event.type !== 'pending' || !satisfies(event.files)) return;
      end();
      resolve(event.files);
    });
  });
}

const reasons = (files: PendingFile[]) => files.map(({ path, reasonCode }) => `${path}: ${reasonCode}`);
const isWaiting = (reason: string) => (files: PendingFile[]) => reasons(files).includes(reason);
const isEmpty = (files: PendingFile[]) => files.length === 0;

const box = (type: string, payload: Uint8Array) => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + payload.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, payload]);
};
/** As complete as an MP4 can look. */
const film = (mark = 1) =>
  Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\0\0')),
    box('mdat', Buffer.alloc(5_000, mark)),
    box('moov', box('mvhd', Buffer.alloc(100))),
  ]);

/** Makes a file beside the inbox, as old as given, and renames it in: the one way a file arrives all at once. */
async function renameIn(name: string, bytes: Uint8Array, ageMs = 60_000): Promise<void> {
  const path = await home.write(`staging/${name.replaceAll('/', '-')}`, bytes);
  const atSeconds = (time.clock.now() - ageMs) / 1_000;
  await utimes(path, atSeconds, atSeconds);
  await rename(path, inboxPath(name));
}

describe('a file that arrives', () => {
  test('renamed into place is taken at once, without any waiting', async () => {
    await start();
    const gone = pendingWhere((files) => isEmpty(files) && taken.length > 0);
    await renameIn('film.mp4', film());
    await gone;
    expect(taken).toEqual(['film.mp4']);
  });

  test('before the start is found at the start, in sub-folders too', async () => {
    await mkdir(inboxPath('a/b'), { recursive: true });
    await renameIn('film.mp4', film(1));
    await renameIn('a/b/한국 🎬.mp4', film(2));
    await start();
    await pendingWhere((files) => isEmpty(files) && taken.length === 2);
    expect(taken.sort()).toEqual(['a/b/한국 🎬.mp4', 'film.mp4']);
  });

  test('in a folder that is moved in as a whole is found', async () => {
    await start();
    const path = await home.write('staging/series/one.mp4', film());
    await utimes(path, 1, 1);
    await rename(join(home.mediaDir, 'staging/series'), inboxPath('series'));
    await pendingWhere((files) => isEmpty(files) && taken.length === 1);
    expect(taken).toEqual(['series/one.mp4']);
  });

  test('under a name for unfinished files is not seen until it gets its own', async () => {
    await start();
    await renameIn('film.mp4.part', film());
    await renameIn('.film.mp4.Xa81', film(2));
    await renameIn('other.mp4', film(3));
    await pendingWhere((files) => isEmpty(files) && taken.length === 1);
    expect(taken).toEqual(['other.mp4']);
    await rename(inboxPath('film.mp4.part'), inboxPath('film.mp4'));
    await pendingWhere((files) => isEmpty(files) && taken.length === 2);
    expect(taken).toEqual(['other.mp4', 'film.mp4']);
  });

  test('fresh is taken two seconds after its last change, and says until then why it waits', async () => {
    await start();
    await writeFile(inboxPath('film.mp4'), film());
    const [waiting] = await pendingWhere(isWaiting('film.mp4: quiet'));
    expect(waiting).toMatchObject({ path: 'film.mp4', sizeBytes: film().length, reason: expect.stringMatching(/\.$/) });
    expect(taken).toEqual([]);
    time.advance(2_100);
    await pendingWhere((files) => isEmpty(files) && taken.length === 1);
  });
});

describe('a file that is not all there', () => {
  test.runIf(process.platform === 'linux')('waits while a process has it open, even if it looks complete and old', async () => {
    const writer = await open(inboxPath('film.mp4'), 'w');
    await writer.write(film());
    await writer.utimes(1, 1);
    await start();
    await pendingWhere(isWaiting('film.mp4: open'));
    await writer.close();
    time.advance(1_100);
    await pendingWhere((files) => isEmpty(files) && taken.length === 1);
  });

  test('waits for its end, visibly, and is taken when that has come', async () => {
    await renameIn('film.mp4', film().subarray(0, 3_000));
    await start();
    await pendingWhere(isWaiting('film.mp4: incomplete'));
    await writeFile(inboxPath('film.mp4'), film());
    const writtenAtSeconds = time.clock.now() / 1_000 + 1.5;
    await utimes(inboxPath('film.mp4'), writtenAtSeconds, writtenAtSeconds);
    time.advance(2_000);
    await pendingWhere(isWaiting('film.mp4: growing'));
    time.advance(2_500);
    await pendingWhere((files) => isEmpty(files) && taken.length === 1);
  });

  test('cut off for good is handed over after the quiet period, so that it can fail with a reason', async () => {
    await renameIn('film.mp4', film().subarray(0, 3_000));
    await start();
    await pendingWhere(isWaiting('film.mp4: incomplete'));
    const done = pendingWhere(isEmpty);
    // Where other users' processes hide what they have open, it is given thirty seconds.
    time.advance(31_000);
    await done;
    expect(taken).toEqual(['film.mp4']);
  });

  test('deleted while it waits is forgotten', async () => {
    await start();
    await writeFile(inboxPath('film.mp4'), film());
    await pendingWhere(isWaiting('film.mp4: quiet'));
    await rm(inboxPath('film.mp4'));
    time.advance(2_100);
    await pendingWhere(isEmpty);
    expect(taken).toEqual([]);
  });
});

describe('a link', () => {
  test('to a file or a folder outside is neither followed nor taken', async () => {
    await home.write('outside/secret.mp4', film());
    await symlink(join(home.mediaDir, 'outside/secret.mp4'), inboxPath('link.mp4'));
    await symlink(join(home.mediaDir, 'outside'), inboxPath('folder'));
    await start();
    await renameIn('film.mp4', film(2));
    await pendingWhere((files) => isEmpty(files) && taken.length === 1);
    expect(taken).toEqual(['film.mp4']);
    expect(await readFile(join(home.mediaDir, 'outside/secret.mp4'))).toEqual(film());
  });
});

describe('taking files', () => {
  test('happens one at a time, and what stands in the line says so', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let together = 0;
    let mostTogether = 0;
    await renameIn('1.mp4', film(1));
    await renameIn('2.mp4', film(2));
    await start({
      async onSettled(file) {
        mostTogether = Math.max(mostTogether, ++together);
        await held;
        await take(file);
        together -= 1;
      },
    });
    expect(
      reasons(await pendingWhere((files) => files.length === 2 && reasons(files).every((reason) => reason.endsWith('accepting')))),
    ).toEqual(['1.mp4: accepting', '2.mp4: accepting']);
    release();
    await pendingWhere((files) => isEmpty(files) && taken.length === 2);
    expect(mostTogether).toBe(1);
  });

  test('an error about one file sends it to failed/ with its reason, and the next file goes on', async () => {
    await renameIn('bad.mp4', film(1));
    await renameIn('good.mp4', film(2));
    await start({
      async onSettled(file) {
        if (file.name === 'bad.mp4') throw new AppError('source_not_media', 'This is not a film.');
        await take(file);
      },
    });
    await pendingWhere((files) => isEmpty(files) && taken.length === 1);
    const files = await home.files();
    expect(Object.keys(files).sort()).toEqual(['failed/bad.mp4', 'failed/bad.mp4.error.json']);
    expect(JSON.parse(files['failed/bad.mp4.error.json']!)).toMatchObject({ code: 'source_not_media', originalName: 'bad.mp4' });
  });

  test('an error of ours leaves the file, says so, and tries again later', async () => {
    let failures = 0;
    await renameIn('film.mp4', film());
    await start({
      async onSettled(file) {
        if (failures++ < 1) throw new AppError('disk_full', 'The disk is full.', { retryable: true });
        await take(file);
      },
    });
    expect(await pendingWhere(isWaiting('film.mp4: retry'))).toMatchObject([{ reason: 'The disk is full.' }]);
    expect((await stat(inboxPath('film.mp4'))).isFile()).toBe(true);
    time.advance(5_000);
    await pendingWhere((files) => isEmpty(files) && taken.length === 1);
  });

  test('what waits for something is tried again when that has come, without waiting longer', async () => {
    let isFilmThere = false;
    await renameIn('film.ko.srt', Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nOne\n'));
    await start({
      async onSettled(file) {
        if (!isFilmThere) throw new AppError('not_ready', 'It waits for its film.', { retryable: true });
        await take(file);
      },
    });
    expect(await pendingWhere(isWaiting('film.ko.srt: retry'))).toMatchObject([{ reason: 'It waits for its film.' }]);
    isFilmThere = true;
    inbox?.retry();
    await pendingWhere((files) => isEmpty(files) && taken.length === 1);
  });

  test('a file that comes under the same name meanwhile is not forgotten', async () => {
    await renameIn('film.mp4', film(1));
    let takes = 0;
    await start({
      async onSettled(file) {
        await rm(file.path);
        if (takes++ === 0) await renameIn('film.mp4', film(2));
      },
    });
    await pendingWhere((files) => isEmpty(files) && takes > 0);
    await pendingWhere((files) => isEmpty(files) && takes === 2);
  });
});

describe('closing', () => {
  test('waits for the file that is being taken, and takes no other', async () => {
    await renameIn('1.mp4', film(1));
    await renameIn('2.mp4', film(2));
    let isTaking = () => {};
    const taking = new Promise<void>((resolve) => {
      isTaking = resolve;
    });
    await start({
      async onSettled(file) {
        isTaking();
        await take(file);
      },
    });
    await taking;
    await inbox?.close();
    expect(taken).toHaveLength(1);
  });
});

describe('with the acceptor', () => {
  test('empty files fail visibly and good ones become titles; the same content twice is one', async () => {
    const acceptor = createAcceptor(home);
    await copyFile(await home.write('staging/x', ''), inboxPath('empty.mp4'));
    await renameIn('film.mp4', film());
    await renameIn('same film.mp4', film());
    await start({ onSettled: (file) => acceptor.accept(file), failedDir: join(home.mediaDir, 'failed') });
    const waiting = await pendingWhere(isWaiting('empty.mp4: incomplete'));
    expect(waiting.length).toBeGreaterThan(0);
    const done = pendingWhere(isEmpty);
    time.advance(31_000);
    await done;
    const titles = await home.catalogue.listTitles();
    expect(titles.map(({ record, state }) => `${record.name}: ${state}`).sort()).toEqual(['empty: failed', 'film: waiting']);
    expect(await home.files()).toMatchObject({ 'failed/empty.mp4': '' });
  });
});
