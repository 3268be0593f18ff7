import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../e2e/chromium.ts';
import { startMillrace } from '../e2e/start-millrace.ts';
import type { Finding } from './finding.ts';
import { findRemainingChildren, findRemainingFiles } from './leftovers.ts';
import { type CorpusFile, groupFiles, isText } from './media-files.ts';
import { tryFile, type Workshop } from './try-file.ts';

export interface CorpusRun {
  findings: Finding[];
  /** What should not be: a server that ended, a process or a file that is left. */
  leftovers: string[];
}

/** More would only wait for each other's encoders. */
const FILES_AT_ONCE = 2;

/** Each file of a corpus through one server and one browser, a few at a time. Only what the player asks for is encoded. */
export async function runCorpus(
  files: readonly CorpusFile[],
  options: Pick<Workshop, 'limitMs' | 'verify'> & { onFinding(finding: Finding): void },
): Promise<CorpusRun> {
  // Short: sockets lie in it, and their paths may have 108 bytes.
  const folder = await mkdtemp(join(tmpdir(), 'mrc-'));
  const [mediaDir, stagingDir, tempDir] = [join(folder, 'media'), join(folder, 'staging'), join(folder, 't')];
  await Promise.all([mkdir(stagingDir), mkdir(tempDir)]);
  const env = { BACKGROUND_CORES: '0', INBOX_QUIET_SECONDS: '2', LOG_LEVEL: 'info', TMPDIR: tempDir };
  const millrace = await startMillrace(mediaDir, env);
  const browser = await launchChromium();
  const workshop: Workshop = { millrace, browser, stagingDir, limitMs: options.limitMs, verify: options.verify };
  const findings: Finding[] = [];
  try {
    const keep = (finding: Finding): void => {
      findings.push(finding);
      options.onFinding(finding);
    };
    for (const group of groupFiles(files, FILES_AT_ONCE)) {
      await Promise.all(group.map(async (file) => keep(isText(file.name) ? textOf(file) : await tryFile(file, workshop))));
    }
    await browser.close();
    const children = await findRemainingChildren(millrace.pid);
    const stillServes = await fetch(`${millrace.url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    const { code } = await millrace.stop();
    const folders = [tempDir, ...['inbox', 'originals', 'streams', 'failed'].map((name) => join(mediaDir, name))];
    const left = [...children, ...(await findRemainingFiles(folders))].map((what) => `left: ${what}`);
    const crashes = stillServes && code === 0 ? [] : [`the server crashed or did not end well (${code}): ${await millrace.readLog()}`];
    return { findings, leftovers: [...crashes, ...left] };
  } finally {
    await browser.close();
    await millrace.stop();
    await rm(folder, { recursive: true });
  }
}

function textOf({ name, kind }: CorpusFile): Finding {
  return { file: name, kind, outcome: 'text', code: '', seconds: null, notes: ['a subtitle file: goes beside a film'] };
}
