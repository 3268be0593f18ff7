import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';
import type { StoredFile } from '../../pipeline/storage/segment-store.ts';
import type { TextEncoding } from './accept-encoding.ts';
import { type CacheKind, cacheControl } from './cache-policy.ts';
import type { Choice } from './decide-answer.ts';
import { fileEtag, textEtag } from './etag.ts';
import { type ByteRange, renderContentRange } from './range.ts';
import { CORS_HEADERS, SECURITY_HEADERS } from './security-headers.ts';

/** Names and values in turn, as writeHead takes them without a detour. */
export type HeaderList = readonly string[];

/** An answer with a body: its headers are made once, for as long as what it represents is the same. */
interface PreparedAnswer extends Choice {
  contentType: string;
  /** Of every answer, 304 too. */
  headers: HeaderList;
}

/** A segment or an init segment. */
export interface FileAnswer extends PreparedAnswer {
  kind: 'file';
  /** Headers of a 200. */
  wholeHeaders: HeaderList;
  /** Undefined where memory has no room for it: it is sent piece by piece. */
  bytes: Uint8Array | undefined;
  read(range: ByteRange): Promise<Uint8Array | undefined>;
}

/** A playlist, in the encodings that were asked for. */
export interface TextAnswer extends PreparedAnswer {
  kind: 'text';
  text: string;
  cache: CacheKind;
  bodies: Partial<Record<TextEncoding, TextBody>>;
}

export interface TextBody {
  bytes: Uint8Array;
  headers: HeaderList;
}

export type Answer = FileAnswer | TextAnswer;

const FOR_ANY_PAGE = flatten({ ...SECURITY_HEADERS, ...CORS_HEADERS });

/** `bytes`: the whole file, where it is to be sent from memory. */
export function prepareFile(
  file: StoredFile,
  contentType: string,
  cache: CacheKind,
  bytes: Uint8Array | undefined,
  read: FileAnswer['read'],
): FileAnswer {
  const { sizeBytes, modifiedAtMs } = file;
  const etag = fileEtag(file);
  const lastModified = new Date(modifiedAtMs).toUTCString();
  const headers = [...FOR_ANY_PAGE, ...flatten({ 'Cache-Control': cacheControl(cache), ETag: etag, 'Last-Modified': lastModified })];
  headers.push('Accept-Ranges', 'bytes');
  const wholeHeaders = [...headers, ...flatten({ 'Content-Type': contentType, 'Content-Length': String(sizeBytes) })];
  return { kind: 'file', etag, modifiedAtMs, sizeBytes, isRangeable: true, contentType, headers, wholeHeaders, bytes, read };
}

/** The headers of a 206 (RFC 9110 15.3.7). */
export function partHeaders({ headers, contentType, sizeBytes }: FileAnswer, range: ByteRange): HeaderList {
  const length = String(range.end - range.start + 1);
  const content = { 'Content-Type': contentType, 'Content-Range': renderContentRange(range, sizeBytes), 'Content-Length': length };
  return [...headers, ...flatten(content)];
}

export function prepareText(text: string, contentType: string, cache: CacheKind): TextAnswer {
  const etag = textEtag(text);
  const headers = [...FOR_ANY_PAGE, ...flatten({ 'Cache-Control': cacheControl(cache), ETag: etag, Vary: 'Accept-Encoding' })];
  const bytes = Buffer.from(text, 'utf8');
  const answer: TextAnswer = {
    kind: 'text',
    etag,
    sizeBytes: bytes.length,
    isRangeable: false,
    contentType,
    cache,
    headers,
    text,
    bodies: {},
  };
  answer.bodies.identity = textBody(answer, bytes, 'identity');
  return answer;
}

/** Quality that a playlist is compressed with while its viewer waits; the next one is not slower. */
const BROTLI = { params: { [zlib.BROTLI_PARAM_QUALITY]: 5, [zlib.BROTLI_PARAM_MODE]: zlib.BROTLI_MODE_TEXT } };

export async function encodeText(answer: TextAnswer, encoding: Exclude<TextEncoding, 'identity'>): Promise<TextBody> {
  const bytes = await (encoding === 'br' ? promisify(brotliCompress)(answer.text, BROTLI) : promisify(gzip)(answer.text));
  return textBody(answer, bytes, encoding);
}

function textBody({ headers, contentType }: TextAnswer, bytes: Uint8Array, encoding: TextEncoding): TextBody {
  const content = { 'Content-Type': contentType, 'Content-Length': String(bytes.length) };
  return { bytes, headers: [...headers, ...flatten(encoding === 'identity' ? content : { 'Content-Encoding': encoding, ...content })] };
}

function flatten(headers: Record<string, string>): string[] {
  return Object.entries(headers).flat();
}
