import { appendFile, copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { decodedFrameTicks } from '../../ffmpeg/make-clip.ts';
import { makeNumberedClip, type NumberedClip } from '../numbered-clip.ts';
import { type LaunchedMillrace, launchMillrace } from '../start-millrace.ts';
import { type Encoder, listEncoders } from './encoders.ts';
import { type Judgement, judgeTitles, listLeftovers } from './judge-titles.ts';
import { createSeededRandom } from './seeded-random.ts';
import { createStoreWitness } from './store-witness.ts';
import { startViewers } from './viewers.ts';

export interface CrashOptions {
  /** Empty; all that is made is in it. */
  folder: string;
  kills: number;
  seed: number;
  film: NumberedClip;
  /** So many are always unfinished while there is killing. */
  filmsAtOnce: number;
  /** Heights of the rungs, comma-separated. */
  ladder: string;
  /** Three in four kills come at most so long after the server, started again, encodes; the others after its start. */
  longestPauseMs: number;
  onKill?: (line: string) => void;
}

/** `stopped`: an encoder is stopped where it stands, then the server is killed. */
const KINDS = ['encoder', 'server', 'encoder and server', 'server, its encoder stopped'] as const;
type Kind = (typeof KINDS)[number];

export interface CrashReport extends Judgement {
  kills: Record<Kind, number>;
  /** Every list is of sentences, and must be empty. */
  badSegments: string[];
  committedTwice: string[];
  encodedAgain: string[];
  orphans: string[];
  wrongAnswers: string[];
  endedByItself: string[];
  unfinished: string[];
  leftovers: string[];
  /** At most: one for each rendition of each encoder that was killed. */
  inFlightLost: number;
  segments: number;
  titles: number;
  answers: ReadonlyMap<string, number>;
  seconds: number;
}

/** Kills have this long to leave no process behind. */
const ORPHAN_MS = 1_000;
/** How long a kill waits for something to be under way. */
const AT_WORK_MS = 10_000;
const COMPLETE_MS = 240_000;

/** Encodes film after film, for viewers who jump about in all of them, while encoders and the server are killed at random moments. */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const { folder, kills, ladder } = options;
  const random = createSeededRandom(options.seed);
  const mediaDir = join(folder, 'media');
  const temporaryDir = join(folder, 'tmp');
  await Promise.all(['media/inbox', 'media/streams', 'tmp'].map((name) => mkdir(join(folder, name), { recursive: true })));
  const film = join(folder, 'film.mp4');
  await makeNumberedClip(film, options.film);
  const sourceTicks = await decodedFrameTicks(film);

  const startedAtMs = performance.now();
  const killed: Record<Kind, number> = { encoder: 0, server: 0, 'encoder and server': 0, 'server, its encoder stopped': 0 };
  const orphans: string[] = [];
  const endedByItself: string[] = [];
  const witness = createStoreWitness(join(mediaDir, 'streams'));
  let server: LaunchedMillrace;
  let url: string | undefined;
  let films = 0;
  let inFlightLost = 0;

  async function launch(): Promise<void> {
    const started = await launchMillrace(mediaDir, { TMPDIR: temporaryDir, LADDER: ladder, PRESET: 'superfast', LOG_LEVEL: 'warn' });
    server = started;
    void started.url.then((served) => {
      if (server === started) url = served;
    });
    void started.ended.then(async ({ code }) => {
      if (code !== null) endedByItself.push(`status ${code}: ${(await readFile(started.logPath, 'utf8')).slice(-500)}`);
    });
  }

  async function killServer(): Promise<void> {
    url = undefined;
    server.child.kill('SIGKILL');
    await server.ended;
    const deadline = performance.now() + ORPHAN_MS;
    let left = await listEncoders(temporaryDir);
    while (left.length > 0 && performance.now() < deadline) left = await delay(10).then(() => listEncoders(temporaryDir));
    orphans.push(...left.map(({ commandLine }) => commandLine));
  }

  /** A film that differs in its last, ignored box, so that it is another title. */
  async function addFilm(): Promise<void> {
    films += 1;
    const path = join(folder, 'next.mp4');
    await copyFile(film, path);
    const box = Buffer.alloc(8 + films);
    box.writeUInt32BE(box.length);
    box.write('free', 4, 'latin1');
    await appendFile(path, box);
    await rename(path, join(mediaDir, 'inbox', `film-${films}.mp4`));
  }

  /** What a server tries its ffmpeg with as it starts is no encoder. */
  async function listAtWork(): Promise<Encoder[]> {
    return (await listEncoders(temporaryDir)).filter(({ commandLine }) => commandLine.includes(folder));
  }

  async function untilAtWork(): Promise<void> {
    const deadline = performance.now() + AT_WORK_MS;
    while ((await listAtWork()).length === 0 && performance.now() < deadline) await delay(20);
  }

  /** Answers what was killed: where nothing is being encoded, the server. */
  async function kill(wanted: Kind): Promise<Kind> {
    const atWork = await listAtWork();
    const victim = atWork.length === 0 ? undefined : random.pick(atWork);
    const kind = victim === undefined ? 'server' : wanted;
    const lost: readonly Encoder[] = victim !== undefined && kind === 'encoder' ? [victim] : atWork;
    inFlightLost += lost.reduce((sum, { renditions }) => sum + renditions, 0);
    if (victim !== undefined && kind !== 'server') signal(victim.pid, kind === 'server, its encoder stopped' ? 'SIGSTOP' : 'SIGKILL');
    if (kind === 'encoder') return kind;
    await killServer();
    await launch();
    return kind;
  }

  await addFilm();
  await launch();
  const viewers = startViewers(3, { mediaDir, url: () => url, random });
  const isOver = new AbortController();
  const witnessing = (async () => {
    while (!isOver.signal.aborted) await witness.look().then(() => delay(200));
  })();

  for (let n = 1; n <= kills; n++) {
    const complete = viewers.titles().filter(({ state }) => state === 'complete').length;
    for (let unfinished = films - complete; unfinished < options.filmsAtOnce; unfinished++) await addFilm();
    // One in four may meet a server that is still starting, or idle.
    if (random.next() > 1 / 4) await untilAtWork();
    await delay(random.next() * options.longestPauseMs);
    const kind = await kill(random.pick(KINDS));
    killed[kind] += 1;
    options.onKill?.(`${n}: ${kind}; ${witness.segmentCount()} segments, ${films} films, ${complete} complete`);
  }

  const deadline = performance.now() + COMPLETE_MS;
  const isComplete = () => viewers.titles().filter(({ state }) => state === 'complete').length === films;
  const isGone = () => endedByItself.length > 0 || viewers.titles().some(({ state }) => state === 'failed');
  while (!isComplete() && !isGone() && performance.now() < deadline) await delay(100);
  await viewers.close();
  isOver.abort();
  await witnessing;
  await witness.look(true);

  const titles = viewers.titles();
  const unfinished = titles
    .filter(({ state }) => state !== 'complete')
    .map(({ name, state, error }) => `${name}: ${state} ${error?.message ?? ''}`);
  if (titles.length !== films)
    unfinished.push(`${films} films were dropped, ${titles.length} are titles; inbox: ${await readdir(join(mediaDir, 'inbox'))}`);
  const leftovers = await listLeftovers(mediaDir, temporaryDir, server!.child.pid!);
  const log = await readFile(server!.logPath, 'utf8');
  server!.child.kill('SIGKILL');
  await server!.ended;
  const completeIds = titles.filter(({ state }) => state === 'complete').map(({ id }) => id);
  return {
    ...(await judgeTitles(mediaDir, completeIds, sourceTicks)),
    kills: killed,
    badSegments: witness.bad,
    committedTwice: witness.changed,
    encodedAgain: log.split('\n').filter((line) => line.includes('encoded that was there already')),
    ...{ orphans, endedByItself, unfinished, leftovers, inFlightLost },
    wrongAnswers: viewers.wrong,
    answers: viewers.answers,
    segments: witness.segmentCount(),
    titles: titles.length,
    seconds: (performance.now() - startedAtMs) / 1000,
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
