import { arrangeCues, type Cue, MOST_CUE_CHARACTERS, MOST_CUES } from './cue.ts';
import { settingsOfAlignment } from './parse-ass.ts';
import { parseMarkup } from './parse-markup.ts';
import { renderRuns } from './styled-text.ts';
import { parseTimingLine, type TimingLine } from './timing-line.ts';

/**
 * SubRip. Cues are found by their times alone, since files miss numbers and blank lines, have too many of them, or count wrong.
 * Never throws: what is no SubRip has no cues.
 */
export function parseSrt(text: string): Cue[] {
  const found: { timing: TimingLine; body: string[] }[] = [];
  for (const line of text.split('\n')) {
    const timing = parseTimingLine(line);
    if (timing) {
      if (found.length >= MOST_CUES) break;
      dropNumber(found.at(-1)?.body, found.length + 1);
      found.push({ timing, body: [] });
    } else addLine(found.at(-1)?.body, line);
  }
  return arrangeCues(found.map(({ timing, body }) => readCue(timing, body.join('\n'))));
}

/** One blank line says as much as many. */
function addLine(body: string[] | undefined, line: string): void {
  if (!body || body.length >= MOST_CUE_CHARACTERS) return;
  if (line.trim() !== '') body.push(line);
  else if (body.at(-1) !== '') body.push('');
}

/** The number of the cue that follows stands at the end of the text before it. */
function dropNumber(body: string[] | undefined, expected: number): void {
  if (!body) return;
  while (body.at(-1)?.trim() === '') body.pop();
  const last = body.at(-1)?.trim() ?? '';
  const isAlone = body.length === 1 || body.at(-2)?.trim() === '';
  if (/^\d+$/.test(last) && (isAlone || Number(last) === expected)) body.pop();
}

/** Tags of ASS within braces are common in SubRip; of them only the place on the screen counts. */
const BRACES = /\{\\[^{}]*\}/g;

function readCue({ startMs, endMs }: TimingLine, body: string): Cue {
  const alignment = /\{\\an([1-9])/.exec(body)?.[1];
  const settings = settingsOfAlignment(Number(alignment));
  const text = renderRuns(parseMarkup(body.replace(BRACES, '').replaceAll('\\N', '\n')));
  return { startMs, endMs, text, ...(settings === undefined ? {} : { settings }) };
}
