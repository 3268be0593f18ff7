export interface TextLine {
  /** From 1 on. */
  number: number;
  text: string;
  /** False for the beginnings of a line that is longer than is held in hand. */
  isWhole: boolean;
}

/** In characters. Nobody reads longer ones, and a file without an end of line must not fill the memory. */
const LONGEST_LINE = 16 * 1024;

/**
 * The lines of a text that comes in chunks, wherever these are divided; they end with LF, CRLF or CR. What follows the last end of
 * line is a line where it says something.
 */
export function createLineSplitter(longest = LONGEST_LINE): { push(chunk: string): TextLine[]; end(): TextLine[] } {
  let rest = '';
  let number = 1;

  function take(text: string): TextLine[] {
    const lines: TextLine[] = [];
    let start = 0;
    for (const { 0: ending, index } of text.matchAll(/\r\n|\n|\r/g)) {
      // A CR at the very end may be half of a CRLF.
      if (ending === '\r' && index === text.length - 1) break;
      lines.push(...cut(text.slice(start, index)));
      start = index + ending.length;
    }
    rest = text.slice(start);
    return lines;
  }

  /** A line, in pieces where it is too long. */
  function cut(line: string): TextLine[] {
    const pieces = beginnings(line);
    const begun = pieces.reduce((sum, { text }) => sum + text.length, 0);
    return [...pieces, { number: number++, text: line.slice(begun), isWhole: true }];
  }

  function beginnings(line: string): TextLine[] {
    const pieces: TextLine[] = [];
    for (let start = 0; line.length - start > longest; ) {
      // Half a character stays with its other half.
      const isBetweenHalves = /[\ud800-\udbff]/.test(line[start + longest - 1] ?? '');
      const end = start + longest - (isBetweenHalves && longest > 1 ? 1 : 0);
      pieces.push({ number, text: line.slice(start, end), isWhole: false });
      start = end;
    }
    return pieces;
  }

  return {
    push(chunk) {
      const lines = take(rest + chunk);
      const begun = beginnings(rest);
      rest = rest.slice(begun.reduce((sum, { text }) => sum + text.length, 0));
      return [...lines, ...begun];
    },
    end() {
      const last = rest.endsWith('\r') ? rest.slice(0, -1) : rest;
      const isLine = rest !== '';
      rest = '';
      return isLine ? cut(last) : [];
    },
  };
}

/** A stage of a stream: text in chunks to its lines. */
export async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<TextLine> {
  const splitter = createLineSplitter();
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}
