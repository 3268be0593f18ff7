import { arrangeCues, type Cue, MOST_CUE_CHARACTERS, MOST_CUES } from './cue.ts';
import { addRun, renderRuns, type StyledRun } from './styled-text.ts';

interface AssStyle {
  bold: boolean;
  italic: boolean;
  underline: boolean;
  /** As on a number pad: 7 to 9 are the top. */
  alignment: number;
}

const DEFAULT_STYLE: AssStyle = { bold: false, italic: false, underline: false, alignment: 2 };
const EVENT_FORMAT = 'Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text';

/**
 * Advanced SubStation Alpha, and SSA: the text of the dialogue with bold, italic, underline and top or middle of the screen.
 * Drawings, places, colours, fonts and karaoke have no counterpart in WebVTT. Never throws.
 */
export function parseAss(text: string): Cue[] {
  const styles = new Map<string, AssStyle>();
  const cues: Cue[] = [];
  let section = '';
  let format = columnsOf(EVENT_FORMAT);
  for (const line of text.split('\n')) {
    const heading = /^\s*\[(.+?)\]/.exec(line)?.[1];
    if (heading !== undefined) {
      section = heading.toLowerCase();
      format = columnsOf(section === 'events' ? EVENT_FORMAT : '');
      continue;
    }
    const [, key = '', value = ''] = /^\s*([A-Za-z]+)\s*:(.*)$/.exec(line) ?? [];
    const kind = key.toLowerCase();
    if (kind === 'format') format = columnsOf(value);
    else if (kind === 'style') addStyle(styles, readColumns(value, format), section.includes('+'));
    else if (kind === 'dialogue' && cues.length < MOST_CUES) cues.push(...readDialogue(readColumns(value, format), styles));
  }
  return arrangeCues(cues);
}

/** The cue settings of a place on a number pad; the bottom is where cues stand by themselves. */
export function settingsOfAlignment(alignment: number): string | undefined {
  if (alignment >= 7) return 'line:0';
  return alignment >= 4 ? 'line:50%' : undefined;
}

function columnsOf(format: string): string[] {
  return format.split(',').map((name) => name.trim().toLowerCase());
}

/** The last column is the text, with its commas. */
function readColumns(value: string, columns: readonly string[]): Map<string, string> {
  const parts = value.split(',');
  const last = columns.length - 1;
  return new Map(columns.map((name, index) => [name, index < last ? (parts[index] ?? '').trim() : parts.slice(last).join(',')]));
}

function addStyle(styles: Map<string, AssStyle>, columns: ReadonlyMap<string, string>, isAdvanced: boolean): void {
  const isOn = (name: string): boolean => Number(columns.get(name) ?? 0) !== 0;
  const alignment = Number(columns.get('alignment') ?? 2);
  styles.set(nameOf(columns.get('name')), {
    bold: isOn('bold'),
    italic: isOn('italic'),
    underline: isOn('underline'),
    alignment: isAdvanced ? alignment : fromLegacyAlignment(alignment),
  });
}

function nameOf(style: string | undefined): string {
  return (style ?? '').replace(/^\*/, '').trim().toLowerCase();
}

/** SSA: 1 to 3 are the bottom, plus 4 the top, plus 8 the middle. */
function fromLegacyAlignment(alignment: number): number {
  const column = alignment & 3 || 2;
  if (alignment & 4) return column + 6;
  return alignment & 8 ? column + 3 : column;
}

function readDialogue(columns: ReadonlyMap<string, string>, styles: ReadonlyMap<string, AssStyle>): Cue[] {
  const startMs = readTime(columns.get('start'));
  const endMs = readTime(columns.get('end'));
  if (startMs === undefined || endMs === undefined) return [];
  const { runs, alignment } = readText(columns.get('text') ?? '', styles, nameOf(columns.get('style')));
  const settings = settingsOfAlignment(alignment);
  return [{ startMs, endMs, text: renderRuns(runs), ...(settings === undefined ? {} : { settings }) }];
}

/** `0:00:01.50`: hundredths, or whatever follows the point. */
function readTime(text: string | undefined): number | undefined {
  const match = /^(-?)(\d+):(\d{1,2}):(\d{1,2})(?:[.:](\d+))?$/.exec(text ?? '');
  if (!match) return undefined;
  const [, sign, hours, minutes, seconds, fraction = '0'] = match;
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Math.round(Number(`0.${fraction}`) * 1000);
  return sign === '-' ? -ms : ms;
}

function readText(text: string, styles: ReadonlyMap<string, AssStyle>, styleName: string): { runs: StyledRun[]; alignment: number } {
  const base = styles.get(styleName) ?? styles.get('default') ?? DEFAULT_STYLE;
  let style = base;
  let placed: number | undefined;
  let isDrawing = false;
  const runs: StyledRun[] = [];
  for (const [token] of text.slice(0, MOST_CUE_CHARACTERS).matchAll(/\{[^{}]*\}|\\[Nnh]|[^{\\]+|[{\\]/g)) {
    if (!/^\{.*\}$/s.test(token)) {
      const { bold, italic, underline } = style;
      if (!isDrawing) addRun(runs, { text: SPECIAL[token] ?? token, bold, italic, underline });
      continue;
    }
    const changed = { ...style };
    // \b must not take \bord or \blur for itself, nor \i \iclip.
    for (const [, tag = '', value = ''] of token.matchAll(/\\(an|a|b|i|u|p|r)(-?\d+|[^\\{}()\d-][^\\{}()]*)?(?=\\|\}|\()/g)) {
      const number = value === '' ? undefined : Number(value);
      if (tag === 'r') Object.assign(changed, styles.get(nameOf(value)) ?? base);
      else if (tag === 'p') isDrawing = (number ?? 0) > 0;
      else if (tag === 'an') placed ??= number;
      else if (tag === 'a') placed ??= fromLegacyAlignment(number ?? 2);
      else if (number === undefined || Number.isFinite(number)) setStyle(changed, base, tag, number);
    }
    style = changed;
  }
  return { runs, alignment: placed ?? base.alignment };
}

const SPECIAL: Readonly<Record<string, string>> = { '\\N': '\n', '\\n': '\n', '\\h': '\u00a0' };

/** Without a number a tag goes back to what the style of the line says. */
function setStyle(style: AssStyle, base: AssStyle, tag: string, number: number | undefined): void {
  if (tag === 'b') style.bold = number === undefined ? base.bold : number === 1 || number >= 600;
  else if (tag === 'i') style.italic = number === undefined ? base.italic : number !== 0;
  else style.underline = number === undefined ? base.underline : number !== 0;
}
