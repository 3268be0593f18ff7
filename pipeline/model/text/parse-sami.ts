import { arrangeCues, type Cue, laterTimes, MOST_CUES } from './cue.ts';
import { parseMarkup } from './parse-markup.ts';
import { renderRuns } from './styled-text.ts';

/** One language of a SAMI file. */
export interface SamiTrack {
  /** As the file's style sheet states it or its class is usually called; BCP 47. */
  language?: string;
  cues: Cue[];
}

/** Class names that Korean files have, mostly without stating a language. */
const CLASS_LANGUAGES: Readonly<Record<string, string>> = { krcc: 'ko', kocc: 'ko', encc: 'en', egcc: 'en', jpcc: 'ja', cncc: 'zh' };

/** The last cue of a file that does not say when it ends. */
const LAST_CUE_MS = 5_000;

/** Of one moment. */
const MOST_LANGUAGES = 16;

interface Moment {
  atMs: number;
  text: string;
}

/**
 * SAMI, Microsoft's HTML-like format that Korean subtitles come in. Every class is a language; a cue lasts until the next moment
 * of its class, which is blank where nothing is to be shown. Never throws.
 */
export function parseSami(text: string): SamiTrack[] {
  const languages = readClassLanguages(text);
  const moments = new Map<string, Moment[]>();
  const starts = [...takeFirst(text.matchAll(/<sync\b[^<>]*?\bstart\s*=\s*["']?\s*(-?\d+)[^<>]*>/gi), MOST_CUES)];
  for (const [index, match] of starts.entries()) {
    const body = text.slice(match.index + match[0].length, starts[index + 1]?.index).replace(/<\/(?:body|sami)\s*>[\s\S]*$/i, '');
    for (const { name, markup } of splitParagraphs(body)) {
      const known = moments.get(name) ?? [];
      // Line breaks of the file are spaces, as in HTML.
      known.push({ atMs: Number(match[1]), text: renderRuns(parseMarkup(markup.replace(/\s+/g, ' '))) });
      moments.set(name, known);
    }
  }
  return mergeUnnamed(moments).flatMap(([name, list]) => {
    const language = languages.get(name) ?? CLASS_LANGUAGES[name];
    const cues = arrangeCues(readCues(list));
    return cues.length === 0 ? [] : [{ cues, ...(language === undefined ? {} : { language }) }];
  });
}

/** `.KRCC { Name: Korean; lang: ko-KR; }` */
function readClassLanguages(text: string): Map<string, string> {
  const rules = text.matchAll(/\.([A-Za-z][\w-]*)\s*\{[^{}]*?\blang\s*:\s*["']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)/gi);
  return new Map([...rules].map(([, name = '', language = '']) => [name.toLowerCase(), language]));
}

function splitParagraphs(body: string): { name: string; markup: string }[] {
  const paragraphs = [...takeFirst(body.matchAll(/<p\b([^<>]*)>/gi), MOST_LANGUAGES)];
  if (paragraphs.length === 0) return [{ name: '', markup: body }];
  return paragraphs.map((match, index) => ({
    name: (/\bclass\s*=\s*["']?\s*([\w-]+)/i.exec(match[1] ?? '')?.[1] ?? '').toLowerCase(),
    markup: body.slice(match.index + match[0].length, paragraphs[index + 1]?.index),
  }));
}

/** Moments without a class belong to the only language there is. */
function mergeUnnamed(moments: ReadonlyMap<string, Moment[]>): [string, Moment[]][] {
  const named = [...moments].filter(([name]) => name !== '');
  const [only, ...others] = named;
  const unnamed = moments.get('') ?? [];
  if (!only || others.length > 0) return [...moments];
  return [[only[0], [...only[1], ...unnamed]]];
}

function readCues(moments: readonly Moment[]): Cue[] {
  const sorted = [...moments].sort((a, b) => a.atMs - b.atMs);
  const next = laterTimes(sorted.map(({ atMs }) => atMs));
  return sorted.map(({ atMs, text }, index) => ({ startMs: atMs, endMs: next[index] ?? atMs + LAST_CUE_MS, text }));
}

function* takeFirst<T>(items: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const item of items) {
    if (taken++ >= count) return;
    yield item;
  }
}
