import type { AuditInput, InitFile, LoadedFile, MediaFiles, PlaylistFile, SegmentFile } from '../model/hls/audit/audit-input.ts';
import { type InitFacts, readInitFacts } from '../model/hls/audit/init-facts.ts';
import { readSegmentFacts } from '../model/hls/audit/segment-facts.ts';
import { readTextFacts } from '../model/hls/audit/text-facts.ts';
import type { MediaPlaylist } from '../model/hls/media-playlist.ts';
import type { MultivariantPlaylist } from '../model/hls/multivariant-playlist.ts';
import { parseMediaPlaylist, parseMultivariantPlaylist } from '../model/hls/parse-playlist.ts';
import { PlaylistError } from '../model/hls/playlist-error.ts';
import { BoxError } from '../model/mp4/box.ts';
import type { MediaSource } from './media-source.ts';

const MAX_PLAYLIST_BYTES = 32 * 2 ** 20;
const MAX_MEDIA_BYTES = 256 * 2 ** 20;

/**
 * Reads a title as a player would: the multivariant playlist, every media playlist it names, every init segment and
 * segment they name. Media playlists are walked side by side, each one segment at a time, so that memory holds one segment
 * of each however long the title is.
 */
export async function loadAuditInput(source: MediaSource): Promise<AuditInput> {
  const first = await readPlaylistFile(source, source.multivariantUrl);
  const uris = namedUris(first);
  const texts = subtitleUris(first);
  const media = new Map(
    await Promise.all(
      uris.map(async (uri): Promise<[string, MediaFiles]> => [uri, await loadMedia(source, uri, source.multivariantUrl, texts.has(uri))]),
    ),
  );
  // A title that is encoded on demand states measured bit rates once it is complete, and reading it has completed it.
  const second = await readPlaylistFile(source, source.multivariantUrl);
  const multivariant = namedUris(second).join('\n') === uris.join('\n') ? second : first;
  return { target: source.target, multivariant, media };
}

async function loadMedia(source: MediaSource, uri: string, base: URL, isText: boolean): Promise<MediaFiles> {
  const url = resolveUri(source, uri, base);
  if ('problem' in url) return { playlist: { ...url, where: uri, text: '', isUtf8: true }, inits: new Map(), segments: [] };
  const playlist = await readPlaylistFile(source, url);
  const parsed = parseOrNothing(playlist, parseMediaPlaylist);
  const inits = new Map<string, InitFile>();
  const segments: SegmentFile[] = [];
  let init: InitFacts | undefined;
  for (const entry of parsed?.segments ?? []) {
    if (entry.map) {
      const file = inits.get(entry.map.uri) ?? (await loadInit(source, entry.map.uri, url));
      inits.set(entry.map.uri, file);
      init = file.facts;
    }
    segments.push(await (isText ? loadText(source, entry.uri, url) : loadSegment(source, entry.uri, url, init)));
  }
  return { playlist, inits, segments };
}

async function loadInit(source: MediaSource, uri: string, base: URL): Promise<InitFile> {
  return loadMediaFile(source, uri, base, (bytes) => readInitFacts(bytes));
}

async function loadSegment(source: MediaSource, uri: string, base: URL, init: InitFacts | undefined): Promise<SegmentFile> {
  return loadMediaFile(source, uri, base, (bytes) => (init ? readSegmentFacts(bytes, init) : undefined));
}

async function loadText(source: MediaSource, uri: string, base: URL): Promise<SegmentFile> {
  const { facts, ...file } = await loadMediaFile(source, uri, base, (bytes) => readTextFacts(decode(bytes).text, bytes.length));
  return facts ? { ...file, text: facts } : file;
}

async function loadMediaFile<Facts>(
  source: MediaSource,
  uri: string,
  base: URL,
  readFacts: (bytes: Uint8Array) => Facts | undefined,
): Promise<LoadedFile & { facts?: Facts }> {
  const url = resolveUri(source, uri, base);
  if ('problem' in url) return { where: uri, problem: url.problem };
  const result = await source.read(url, MAX_MEDIA_BYTES);
  const file: LoadedFile = { where: source.describe(url), ...(result.response ? { response: result.response } : {}) };
  if ('problem' in result) return { ...file, problem: result.problem };
  try {
    const facts = readFacts(result.bytes);
    // Without an init segment there is nothing to read a segment with; that is said once, of the init segment.
    return facts === undefined ? file : { ...file, facts };
  } catch (error) {
    if (!(error instanceof BoxError)) throw error;
    return { ...file, problem: error.message };
  }
}

async function readPlaylistFile(source: MediaSource, url: URL): Promise<PlaylistFile> {
  const result = await source.read(url, MAX_PLAYLIST_BYTES);
  const file: LoadedFile = { where: source.describe(url), ...(result.response ? { response: result.response } : {}) };
  if ('problem' in result) return { ...file, problem: result.problem, text: '', isUtf8: true };
  return { ...file, ...decode(result.bytes) };
}

/** Keeps a byte order mark, which the rules look for. */
function decode(bytes: Uint8Array): Pick<PlaylistFile, 'text' | 'isUtf8'> {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), isUtf8: true };
  } catch {
    // Only a TypeError for bytes that are not UTF-8 can come from here: it is what is to be found out.
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), isUtf8: false };
  }
}

/** Playlists that cannot be read name nothing to load; the audit reads them again and says what is wrong. */
function parseOrNothing<Playlist extends MediaPlaylist | MultivariantPlaylist>(
  file: PlaylistFile,
  parse: (text: string) => Playlist,
): Playlist | undefined {
  try {
    return parse(file.text.replace(/^\ufeff/, ''));
  } catch (error) {
    if (!(error instanceof PlaylistError)) throw error;
    return undefined;
  }
}

function namedUris(file: PlaylistFile): string[] {
  const playlist = parseOrNothing(file, parseMultivariantPlaylist);
  const uris = [...(playlist?.variants ?? []), ...(playlist?.renditions ?? []), ...(playlist?.iframes ?? [])].flatMap(
    ({ uri }) => uri ?? [],
  );
  return [...new Set(uris)];
}

function subtitleUris(file: PlaylistFile): ReadonlySet<string> {
  const renditions = parseOrNothing(file, parseMultivariantPlaylist)?.renditions ?? [];
  return new Set(renditions.flatMap(({ type, uri }) => (type === 'SUBTITLES' && uri !== undefined ? [uri] : [])));
}

function resolveUri(source: MediaSource, uri: string, base: URL): URL | { problem: string } {
  if (!URL.canParse(uri, base.href)) return { problem: 'The URI is not valid.' };
  const url = new URL(uri, base);
  return url.origin === source.multivariantUrl.origin ? url : { problem: 'It is at another origin, which is not read.' };
}
