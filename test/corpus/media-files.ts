import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { titleName } from '../../pipeline/ingest/file-name.ts';

export interface CorpusFile {
  name: string;
  path: string;
  /** From the folder's INDEX.tsv; else the extension. */
  kind: string;
  sizeBytes: number;
}

const INDEX = 'INDEX.tsv';
const TEXT_EXTENSIONS = ['.srt', '.ass', '.ssa', '.vtt', '.smi'];

/** The files of a folder but its index and what is hidden, by kind and name. */
export async function listMediaFiles(folder: string): Promise<CorpusFile[]> {
  const kinds = parseIndex(await readFile(join(folder, INDEX), 'utf8').catch(() => ''));
  const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  const names = entries.map(({ name }) => name).filter((name) => name !== INDEX && !name.startsWith('.'));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const kind = kinds.get(name.normalize('NFC')) ?? extname(name).slice(1).toLowerCase();
      return { name, path, kind, sizeBytes: (await stat(path)).size };
    }),
  );
  return files.sort((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name));
}

/** Kinds by file name (NFC): the columns `name` and `kind`, which come first. */
export function parseIndex(text: string): Map<string, string> {
  const rows = text.split('\n').slice(1);
  return new Map(
    rows.map((row) => row.split('\t')).flatMap(([name, kind]) => (name && kind ? [[name.normalize('NFC'), kind] as const] : [])),
  );
}

/** Subtitles beside a film are no titles of their own. */
export function isText(name: string): boolean {
  return TEXT_EXTENSIONS.includes(extname(name).toLowerCase());
}

/**
 * Groups of at most `most` files that can be told apart when they are dropped together: by the title's name, and by size, since
 * equal bytes make one title.
 */
export function groupFiles(files: readonly CorpusFile[], most: number): CorpusFile[][] {
  const groups: CorpusFile[][] = [];
  for (const file of files) {
    const group = groups.find((candidate) => candidate.length < most && candidate.every((other) => canTell(file, other)));
    if (group) group.push(file);
    else groups.push([file]);
  }
  return groups;
}

function canTell(a: CorpusFile, b: CorpusFile): boolean {
  return a.sizeBytes !== b.sizeBytes && titleName(a.name) !== titleName(b.name);
}
