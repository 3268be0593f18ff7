import { lstat, open, readdir, stat, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import PQueue from 'p-queue';
import { AppError } from '../errors.ts';
import type { AcceptableFile } from '../ingest/accept.ts';
import { storableVisibleName } from '../ingest/file-name.ts';
import { keepFile } from '../ingest/keep-file.ts';
import { parseUploadName } from '../ingest/parse-upload-name.ts';
import { exists, moveFile } from '../ingest/place-file.ts';
import type { Log } from '../log.ts';
import { readBytes } from '../read-bytes.ts';
import { readChunks } from '../read-chunks.ts';
import { createChunkDecoder } from './chunk-decoder.ts';
import { createEncodingDetector } from './detect-encoding.ts';

/** A text of the library: a file of `texts/` in the media home, found by its name. */
export interface LibraryText {
  /** NFC. */
  name: string;
  sizeBytes: number;
  modifiedAtMs: number;
}

export interface OpenText extends LibraryText {
  /** As iconv-lite names it. */
  encoding: string;
  /** Its bytes as they lie there. The file is open from the first that is asked for to the last. */
  read(): AsyncIterable<Uint8Array>;
}

export interface LibraryTexts {
  list(): Promise<LibraryText[]>;
  find(name: string): Promise<LibraryText | undefined>;
  open(name: string): Promise<OpenText | undefined>;
  /** Throws `source_empty`, `source_unsupported` for what is no text, `name_invalid` for what is not called like one. */
  accept(file: AcceptableFile): Promise<LibraryText>;
  /** Throws `not_found`, `name_invalid` where the name is no text's or another one's. */
  rename(name: string, newName: string): Promise<LibraryText>;
  /** Throws `not_found`. */
  remove(name: string): Promise<void>;
  /** Where it lies, for who moves it away. */
  pathOf(name: string): Promise<string | undefined>;
}

export const TEXTS_FOLDER = 'texts';

const TEXT_EXTENSION = /\.(?:txt|lrc|srt|vtt)$/i;
/** Of a text's first characters, this share may be controls. */
const CONTROL_SHARE = 0.01;
const HEAD_BYTES = 32 * 1024;
const MOST_KNOWN_ENCODINGS = 256;

export function isTextName(name: string): boolean {
  return TEXT_EXTENSION.test(name);
}

/** Whether what a file begins with is text, in any encoding. */
export async function beginsAsText(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const head = await readBytes(file, 0, HEAD_BYTES);
    const detector = createEncodingDetector();
    detector.push(head);
    const text = createChunkDecoder(detector.encoding()).write(head);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
    const controls = text.match(/[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]/g)?.length ?? 0;
    return controls <= text.length * CONTROL_SHARE;
  } finally {
    await file.close();
  }
}

/** The folder is the truth: there is no index of it, and what people put there by hand is found. */
export function createLibraryTexts({ mediaDir, log }: { mediaDir: string; log: Log }): LibraryTexts {
  const folder = join(mediaDir, TEXTS_FOLDER);
  const changes = new PQueue({ concurrency: 1 });
  /** By what a file was when it was looked at. */
  const encodings = new Map<string, string>();

  async function list(): Promise<LibraryText[]> {
    const texts = await Promise.all((await listNames(folder)).map((fileName) => describe(fileName)));
    return texts.filter((text) => text !== undefined).sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Names come from outside, paths never: what is opened is what the folder lists under the name. */
  async function findFile(name: string): Promise<string | undefined> {
    const wanted = name.normalize('NFC');
    return (await listNames(folder)).find((fileName) => fileName.normalize('NFC') === wanted);
  }

  async function find(name: string): Promise<LibraryText | undefined> {
    const fileName = await findFile(name);
    return fileName === undefined ? undefined : await describe(fileName);
  }

  async function pathOf(name: string): Promise<string | undefined> {
    const fileName = await findFile(name);
    return fileName === undefined ? undefined : join(folder, fileName);
  }

  async function describe(fileName: string): Promise<LibraryText | undefined> {
    const stats = await lstat(join(folder, fileName)).catch(() => undefined);
    if (!stats?.isFile()) return undefined;
    return { name: fileName.normalize('NFC'), sizeBytes: stats.size, modifiedAtMs: Math.floor(stats.mtimeMs) };
  }

  async function openText(name: string): Promise<OpenText | undefined> {
    const fileName = await findFile(name);
    const text = fileName && (await describe(fileName));
    if (!text) return undefined;
    const path = join(folder, fileName);
    return { ...text, encoding: await encodingOf(text, path), read: () => readChunks(path) };
  }

  async function encodingOf({ name, sizeBytes, modifiedAtMs }: LibraryText, path: string): Promise<string> {
    const key = `${name}/${sizeBytes}/${modifiedAtMs}`;
    const known = encodings.get(key);
    if (known !== undefined) return known;
    const detector = createEncodingDetector();
    for await (const chunk of readChunks(path)) detector.push(chunk);
    encodings.set(key, detector.encoding());
    if (encodings.size > MOST_KNOWN_ENCODINGS) encodings.delete(encodings.keys().next().value as string);
    return encodings.get(key) ?? 'utf-8';
  }

  async function accept(file: AcceptableFile): Promise<LibraryText> {
    const name = checkTextName(file.name);
    if ((await stat(file.path)).size === 0) throw new AppError('source_empty', 'This file is empty. Copy or download it again.');
    if (!(await beginsAsText(file.path))) throw new AppError('source_unsupported', 'This is no text, whatever its name says.');
    const placed = await changes.add(() => keepFile({ ...file, name }, folder));
    log.info({ name: basename(placed) }, 'a text was added to the library');
    return orGone(await find(basename(placed)));
  }

  async function rename(name: string, newName: string): Promise<LibraryText> {
    const stored = storableVisibleName(checkTextName(newName));
    return changes.add(async () => {
      const from = await pathOf(name);
      if (from === undefined) throw noSuchText();
      const to = join(folder, stored);
      if (from !== to && ((await exists(to)) || (await findFile(stored)) !== undefined)) {
        throw new AppError('name_invalid', 'There is a text of that name already. Choose another one.');
      }
      if (from !== to) await moveFile(from, to);
      return orGone(await find(stored));
    });
  }

  async function remove(name: string): Promise<void> {
    await changes.add(async () => {
      const path = await pathOf(name);
      if (path === undefined) throw noSuchText();
      await unlink(path);
    });
  }

  return { list, find, open: openText, accept, rename, remove, pathOf };
}

/** @throws AppError `name_invalid` */
function checkTextName(name: string): string {
  const checked = parseUploadName(name);
  if (!isTextName(checked)) throw new AppError('name_invalid', 'A text of the library is called .txt, .lrc, .srt or .vtt.');
  return checked;
}

function orGone(text: LibraryText | undefined): LibraryText {
  if (text === undefined) throw noSuchText();
  return text;
}

function noSuchText(): AppError {
  return new AppError('not_found', 'There is no text of that name.');
}

/** Of plain files alone that are called like texts; none where the folder does not exist. */
async function listNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.') && isTextName(entry.name)).map(({ name }) => name);
}
