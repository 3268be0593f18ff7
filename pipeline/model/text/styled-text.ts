/** A stretch of a cue's text in one style. Line breaks are `\n`. */
export interface StyledRun {
  text: string;
  bold: boolean;
  italic: boolean;
  underline: boolean;
}

/** Adds to the last run where that has the same style. */
export function addRun(runs: StyledRun[], run: StyledRun): void {
  const last = runs.at(-1);
  if (last && last.bold === run.bold && last.italic === run.italic && last.underline === run.underline) last.text += run.text;
  else runs.push(run);
}

const STYLES = [
  ['bold', 'b'],
  ['italic', 'i'],
  ['underline', 'u'],
] as const;

type Style = Omit<StyledRun, 'text'>;

const PLAIN: Style = { bold: false, italic: false, underline: false };

/**
 * Runs as WebVTT cue text. Whatever they hold is only ever shown: `&`, `<` and `>` are escaped (so no markup, and no `-->`),
 * and lines without a visible character, which would end the cue, are left out.
 */
export function renderRuns(runs: readonly StyledRun[]): string {
  let rendered = '';
  let current: Style = PLAIN;
  for (const [index, line] of linesOf(runs).entries()) {
    let breakBefore = index > 0 ? '\n' : '';
    for (const run of line) {
      const { closing, opening } = changeStyle(current, run);
      rendered += closing + breakBefore + opening + escapeText(run.text);
      breakBefore = '';
      current = run;
    }
  }
  return rendered + changeStyle(current, PLAIN).closing;
}

/** Tags nest in the order of STYLES: from the first that differs on, all are closed, then opened as wanted. */
function changeStyle(from: Style, to: Style): { closing: string; opening: string } {
  const first = STYLES.findIndex(([style]) => from[style] !== to[style]);
  const changed = first < 0 ? [] : STYLES.slice(first);
  const closing = changed.filter(([style]) => from[style]).map(([, tag]) => `</${tag}>`);
  const opening = changed.filter(([style]) => to[style]).map(([, tag]) => `<${tag}>`);
  return { closing: closing.reverse().join(''), opening: opening.join('') };
}

/** Without what cannot be seen: control characters, halves of characters, spaces at the ends, lines with nothing in them. */
function linesOf(runs: readonly StyledRun[]): StyledRun[][] {
  const lines: StyledRun[][] = [[]];
  for (const run of runs) {
    const clean = UNCLEAN.test(run.text) ? cleanText(run.text) : run.text;
    for (const [index, text] of clean.split('\n').entries()) {
      if (index > 0) lines.push([]);
      if (text !== '') lines.at(-1)?.push({ ...run, text });
    }
  }
  return lines.map(trimLine).filter((line) => line.length > 0);
}

const UNCLEAN = /[\r\t\f\v]| {2}|(?!\n)[\p{Cc}\p{Cs}\ufeff]/u;

function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\t\f\v ]+/g, ' ')
    .replace(/(?!\n)[\p{Cc}\p{Cs}\ufeff]/gu, '');
}

function trimLine(line: readonly StyledRun[]): StyledRun[] {
  const isBlank = ({ text }: StyledRun): boolean => text.trim() === '';
  const trimmed = line.slice(
    line.findIndex((run) => !isBlank(run)),
    line.findLastIndex((run) => !isBlank(run)) + 1,
  );
  return trimmed.map((run, index) => {
    const start = index === 0 ? run.text.trimStart() : run.text;
    return { ...run, text: index === trimmed.length - 1 ? start.trimEnd() : start };
  });
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
