import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chromiumPath } from '../e2e/chromium.ts';
import { describeDifference, parseExpectations } from './expectations.ts';
import { listMediaFiles } from './media-files.ts';
import { countFindings, HEADING, renderCounts, renderFinding } from './render-findings.ts';
import { runCorpus } from './run-corpus.ts';

const USAGE =
  'npm run corpus -- FOLDER [--json] [--verify] [--only SUBSTRING of a name or kind] [--limit SECONDS for each file, default 180]';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    verify: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    limit: { type: 'string', default: '180' },
  },
});
const [folder] = positionals;
const limitSeconds = Number(values.limit);
if (folder === undefined || !(limitSeconds > 0)) {
  console.error(USAGE);
  process.exit(2);
}
if (chromiumPath === undefined) {
  console.error('There is no Chromium here to play in. Type: apt-get install -y chromium');
  process.exit(2);
}

const expectations = parseExpectations(await readFile(new URL('expectations.tsv', import.meta.url), 'utf8'));
const wanted = values.only.toLowerCase();
const files = (await listMediaFiles(folder)).filter(({ name, kind }) => [name, kind].some((text) => text.toLowerCase().includes(wanted)));
const differences = new Map<string, string>();
// With --json the table goes where it can be watched and does no harm.
const tell = values.json ? console.error : console.log;

tell(HEADING);
const { findings, leftovers } = await runCorpus(files, {
  limitMs: limitSeconds * 1000,
  verify: values.verify,
  onFinding(finding) {
    const difference = describeDifference(finding, expectations.get(finding.file.normalize('NFC')));
    if (difference !== undefined) differences.set(finding.file, difference);
    tell(renderFinding(finding, difference));
  },
});
const counts = countFindings(findings, differences.size);
for (const leftover of leftovers) tell(leftover);
tell(renderCounts(counts));
if (values.json) {
  const rows = findings.map((finding) => ({ ...finding, difference: differences.get(finding.file) ?? null }));
  console.log(JSON.stringify({ counts, leftovers, files: rows }, null, 2));
}
process.exitCode = differences.size > 0 || leftovers.length > 0 ? 1 : 0;
