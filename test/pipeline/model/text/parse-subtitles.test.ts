import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrangeCues, type Cue, shiftCues } from '../../../../pipeline/model/text/cue.ts';
import { parseMarkup } from '../../../../pipeline/model/text/parse-markup.ts';
import { parseSubtitles } from '../../../../pipeline/model/text/parse-subtitles.ts';
import { renderVtt } from '../../../../pipeline/model/text/render-vtt.ts';
import { renderRuns } from '../../../../pipeline/model/text/styled-text.ts';

function cuesOf(text: string): Cue[] {
  const [first, ...others] = parseSubtitles(text);
  expect(others).toEqual([]);
  return first?.cues ?? [];
}

function cueText(markup: string): string {
  return renderRuns(parseMarkup(markup));
}

const ASS_HEAD = `[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize, Bold, Italic, Underline, Alignment
Style: Default,Arial,20,0,0,0,2
Style: Sign,Arial,20,-1,0,0,8
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
`;

describe('SubRip', () => {
  test('is read with its times, lines and styles', () => {
    expect(cuesOf('1\n00:00:01,500 --> 00:01:02,003\n<i>One</i>\ntwo\n\n2\n01:00:00,000 --> 01:00:01,000\nThree\n')).toEqual([
      { startMs: 1500, endMs: 62003, text: '<i>One</i>\ntwo' },
      { startMs: 3600000, endMs: 3601000, text: 'Three' },
    ]);
  });

  test.each([
    ['no blank line between cues', '1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:03,000 --> 00:00:04,000\nTwo'],
    ['no numbers', '00:00:01,000 --> 00:00:02,000\nOne\n\n00:00:03,000 --> 00:00:04,000\nTwo'],
    [
      'Windows line ends and a byte order mark',
      '\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\nOne\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nTwo',
    ],
    ['points for commas, spaces within, a short arrow', '1\n 00: 00: 01. 000 -> 00:00:02.0\nOne\n\n2\n0:3,000 --> 0:4\nTwo'],
    [
      'blank lines within a cue, and too many between',
      '1\n00:00:01,000 --> 00:00:02,000\n\nOne\n\n\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n\n\n',
    ],
    ['places behind the times', '1\n00:00:01,000 --> 00:00:02,000 X1:40 X2:600 Y1:20 Y2:50\nOne\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo'],
    ['cues in the wrong order', '2\n00:00:03,000 --> 00:00:04,000\nTwo\n\n1\n00:00:01,000 --> 00:00:02,000\nOne'],
  ])('is read with %s', (_fault, text) => {
    expect(cuesOf(text)).toEqual([
      { startMs: 1000, endMs: 2000, text: 'One' },
      { startMs: 3000, endMs: 4000, text: 'Two' },
    ]);
  });

  test('keeps a line that is a number, where it is no cue number', () => {
    expect(cuesOf('1\n00:00:01,000 --> 00:00:02,000\nHow many?\n42\n\n2\n00:00:03,000 --> 00:00:04,000\n1984\n')).toMatchObject([
      { text: 'How many?\n42' },
      { text: '1984' },
    ]);
  });

  test('takes the top of the screen from the tag of ASS that files use for it', () => {
    expect(cuesOf('1\n00:00:01,000 --> 00:00:02,000\n{\\an8}Up\n')).toEqual([
      { startMs: 1000, endMs: 2000, text: 'Up', settings: 'line:0' },
    ]);
  });
});

describe('WebVTT', () => {
  test('is read without its notes, styles and identifiers, with the settings that count', () => {
    const text = `WEBVTT - a title

NOTE a note

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.000 line:0 region:r1 align:start
<v Roger>One</v> &amp; <c.loud>two</c>

NOTE last words
`;
    expect(cuesOf(text)).toEqual([{ startMs: 1000, endMs: 2000, text: 'One &amp; two', settings: 'line:0 align:start' }]);
  });
});

describe('ASS', () => {
  test('becomes text with bold, italic and underline; drawings, places and karaoke fall away', () => {
    const text = `${ASS_HEAD}Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\pos(3,4)\\bord2\\i1\\fad(1,2)}One{\\i0}, {\\b700}two{\\b0}\\Nand {\\k20}three{\\iclip(1,2)}
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}
Comment: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,Not shown
Dialogue: 0,0:00:05.00,0:00:06.00,Sign,,0,0,0,,EXIT {\\r}again
Dialogue: 1,0:00:05.00,0:00:06.00,Sign,,0,0,0,,EXIT {\\r}again
`;
    expect(cuesOf(text)).toEqual([
      { startMs: 1000, endMs: 2500, text: '<i>One</i>, <b>two</b>\nand three' },
      { startMs: 5000, endMs: 6000, text: '<b>EXIT again</b>', settings: 'line:0' },
    ]);
  });

  test('of the older form (SSA) is read by its own columns', () => {
    const text = `[Script Info]\n[V4 Styles]\nFormat: Name, Alignment\nStyle: Top,6\n[Events]\nFormat: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: Marked=0,0:00:01.00,0:00:02.00,*Top,,0,0,0,,One, two`;
    expect(cuesOf(text)).toEqual([{ startMs: 1000, endMs: 2000, text: 'One, two', settings: 'line:0' }]);
  });
});

describe('SAMI', () => {
  const sami = (body: string, style = '') =>
    `<SAMI><HEAD><STYLE TYPE="text/css"><!-- ${style} --></STYLE></HEAD><BODY>\n${body}</BODY></SAMI>`;

  test('is cut at its moments; a blank one clears the screen', () => {
    const text = sami(`<SYNC Start=1000><P Class=KRCC>안녕<br>하세요
<SYNC Start="2500"><P Class=KRCC>&nbsp;
<Sync start=4000><p class=krcc><font color="red"><b>둘</b></font>`);
    expect(parseSubtitles(text)).toEqual([
      {
        language: 'ko',
        cues: [
          { startMs: 1000, endMs: 2500, text: '안녕\n하세요' },
          { startMs: 4000, endMs: 9000, text: '<b>둘</b>' },
        ],
      },
    ]);
  });

  test('has a track for each of its languages', () => {
    const text = sami(
      '<SYNC Start=0><P Class=A1>하나<SYNC Start=10><P Class=B2>One<SYNC Start=1000><P Class=A1>&nbsp<P Class=B2>&nbsp;',
      '.A1 {Name:Korean; lang:ko-KR; SAMIType:CC;} .B2 {Name:English; lang:en-US;}',
    );
    expect(parseSubtitles(text)).toEqual([
      { language: 'ko-KR', cues: [{ startMs: 0, endMs: 1000, text: '하나' }] },
      { language: 'en-US', cues: [{ startMs: 10, endMs: 1000, text: 'One' }] },
    ]);
  });
});

describe('markup', () => {
  test.each([
    ['<script>alert(1)</script>Hello', 'Hello'],
    ['<img src=x onerror=alert(1)>Hello', 'Hello'],
    ['<b onclick="alert(1)">Hello</b>', '<b>Hello</b>'],
    ['&lt;script&gt;', '&lt;script&gt;'],
    ['&#60;script&#x3e;', '&lt;script&gt;'],
    ['I <3 you & me', 'I &lt;3 you &amp; me'],
    ['1 --> 2', '1 --&gt; 2'],
    ['<i>open', '<i>open</i>'],
    ['</i>shut', 'shut'],
    ['<i><b>a</i>b</b>', '<b><i>a</i>b</b>'],
    ['<i>one\n\n \ntwo</i>', '<i>one\ntwo</i>'],
    ['<ruby>漢字<rp>(</rp><rt>かんじ</rt></ruby>', '漢字(かんじ)'],
    ['<00:00:01.000>karaoke', 'karaoke'],
    ['<!-- gone -->stays', 'stays'],
    ['a\u0000\u0007b\ud800', 'ab'],
  ])('%s is shown as %s', (markup, text) => {
    expect(cueText(markup)).toBe(text);
  });

  test('whatever it is, becomes text that is inert and ends no cue', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<i>', '</b>', '<script>', '\n', '\n\n', '-->', '&lt;', '<b ', '{\\i1}', '<!--'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = cueText(pieces.join(''));
        expect(text.replace(/<\/?[biu]>/g, '')).not.toMatch(/[<>]/);
        expect(text).not.toMatch(/-->|\n[^\S\u00a0]*\n|\r|\0/);
      }),
    );
  });
});

describe('cues', () => {
  const cue = fc.record({
    startMs: fc.integer({ min: 0, max: 100_000_000 }),
    endMs: fc.integer({ min: 0, max: 100_000_000 }),
    text: fc.array(fc.string()).map((lines) => cueText(lines.join('\n'))),
  });

  test('of any kind come back as they were from the WebVTT that is rendered of them', () => {
    fc.assert(
      fc.property(fc.array(cue), (cues) => {
        const arranged = arrangeCues(cues);
        expect(cuesOf(renderVtt(arranged))).toEqual(arranged);
        expect(arranged.every(({ startMs, endMs }) => endMs > startMs)).toBe(true);
      }),
    );
  });

  test('that overlap stay as they are', () => {
    const overlapping = cuesOf('1\n00:00:01,000 --> 00:00:05,000\nOne\n\n2\n00:00:02,000 --> 00:00:03,000\nTwo\n');
    expect(overlapping).toMatchObject([
      { startMs: 1000, endMs: 5000 },
      { startMs: 2000, endMs: 3000 },
    ]);
  });

  test('counted from later lose what was over by then', () => {
    const cues = cuesOf('1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n00:00:02,500 --> 00:00:04,000\nTwo\n');
    expect(shiftCues(cues, -3000)).toEqual([{ startMs: 0, endMs: 1000, text: 'Two' }]);
  });
});

test('what is no subtitle has no cues', () => {
  expect(parseSubtitles('<html><body>Not found</body></html>')).toEqual([]);
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseSubtitles(text))));
});

test.each([
  ['one cue of nothing but brackets', `00:01 --> 00:02\n${'<'.repeat(1e6)}`],
  ['one line of nothing but tags', `[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,${'{\\i1}x'.repeat(2e5)}`],
  ['a million blank lines', `00:01 --> 00:02\nx\n${'\n'.repeat(1e6)}`],
  ['one moment with a hundred thousand paragraphs', `<sami><sync start=1>${'<p class=a>x'.repeat(1e5)}`],
])('%s is cut to what a film could have', (_kind, text) => {
  const cues = parseSubtitles(text).flatMap(({ cues }) => cues);
  expect(cues.length).toBeLessThan(20);
  // Each bracket is four characters when it is escaped.
  for (const cue of cues) expect(cue.text.length).toBeLessThanOrEqual(4 * 4000);
});

test('a file with more cues than a film could have gives the first fifty thousand', () => {
  const text = Array.from({ length: 60_000 }, (_, index) => `00:01 --> 00:02\n${index}a\n\n`).join('');
  expect(parseSubtitles(text)[0]?.cues).toHaveLength(50_000);
});
