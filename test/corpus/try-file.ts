import { copyFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { storableName, titleName } from '../../pipeline/ingest/file-name.ts';
import type { TitleView } from '../../pipeline/model/title.ts';
import { canBePlayed, type Millrace } from '../e2e/start-millrace.ts';
import { decodeReference } from './decode-reference.ts';
import type { Finding } from './finding.ts';
import type { CorpusFile } from './media-files.ts';
import { playTitle } from './play-title.ts';
import { untilTitle } from './until-title.ts';
import { verifyTitle } from './verify-title.ts';

export interface Workshop {
  millrace: Millrace;
  browser: Browser;
  /** On the media home's disk: a file is dropped whole. */
  stagingDir: string;
  limitMs: number;
  /** Also judge each title that plays by the rules of HLS. */
  verify: boolean;
}

/** Drops one file, and plays the title it makes or reads the error it gives. The title is removed then. */
export async function tryFile(file: CorpusFile, workshop: Workshop): Promise<Finding> {
  const { millrace, limitMs } = workshop;
  const signal = AbortSignal.timeout(limitMs);
  const name = titleName(file.name);
  const staged = join(workshop.stagingDir, file.name);
  await copyFile(file.path, staged);
  const droppedAtMs = performance.now();
  await rename(staged, join(millrace.mediaDir, 'inbox', file.name));
  const found: Finding = { file: file.name, kind: file.kind, outcome: 'fault', code: 'hangs', seconds: null, notes: [] };
  let title: TitleView | undefined;
  try {
    title = await untilTitle(millrace.url, (candidate) => candidate.name === name && isDecided(candidate), signal);
    found.seconds = (performance.now() - droppedAtMs) / 1000;
    return title.state === 'failed'
      ? { ...found, ...(await readError(file, title, millrace)) }
      : { ...found, ...(await watch(file, title, workshop, signal)) };
  } catch (error) {
    return { ...found, notes: [(error as Error).message] };
  } finally {
    if (title) await fetch(`${millrace.url}/api/titles/${title.id}`, { method: 'DELETE' });
  }
}

function isDecided(title: TitleView): boolean {
  return title.state === 'failed' || canBePlayed(title);
}

/** An error is clear when the API and the note beside the file say the same, and it is not a fault of ours. */
async function readError(
  file: CorpusFile,
  { error }: TitleView,
  { mediaDir }: Millrace,
): Promise<Pick<Finding, 'outcome' | 'code' | 'notes'>> {
  const notePath = join(mediaDir, 'failed', `${storableName(file.name)}.error.json`);
  const note = JSON.parse(await readFile(notePath, 'utf8').catch(() => '{}')) as { code?: string; message?: string };
  const notes = [error?.message ?? 'no message'];
  if (error === undefined || note.code !== error.code || note.message !== error.message) {
    return { outcome: 'fault', code: 'unclear_error', notes: [...notes, `the note beside the file says ${JSON.stringify(note)}`] };
  }
  return { outcome: error.code === 'internal' ? 'fault' : 'error', code: error.code, notes };
}

async function watch(
  file: CorpusFile,
  title: TitleView,
  workshop: Workshop,
  signal: AbortSignal,
): Promise<Pick<Finding, 'outcome' | 'code' | 'notes'>> {
  const { millrace, browser } = workshop;
  const done = new AbortController();
  const picture = title.report.find(({ kind, outcome }) => kind === 'video' && outcome !== 'not-carried');
  const either = AbortSignal.any([signal, done.signal]);
  const reference = picture ? decodeReference(file.path, picture.streamIndex, either) : Promise.resolve([]);
  const failed = untilTitle(millrace.url, ({ id, state }) => id === title.id && state === 'failed', either);
  try {
    // Called off, it says nothing: what the page is at says more.
    const fails = failed.catch(() => new Promise<never>(() => undefined));
    const first = await Promise.race([fails, playTitle(browser, millrace.url, title, reference, either)]);
    if ('id' in first) {
      const { outcome, code, notes } = await readError(file, first, millrace);
      return { outcome, code, notes: [...notes, 'found out while it was played'] };
    }
    const { notes } = first;
    const violations = workshop.verify ? await verifyTitle(millrace.url, title.id, signal) : [];
    const faults = [...first.faults, ...violations];
    if (faults[0] === undefined) return { outcome: 'plays', code: '', notes };
    return { outcome: 'fault', code: faults[0].code, notes: [...faults.map(({ note }) => note), ...notes] };
  } finally {
    done.abort();
  }
}
