import { arrangeCues, type Cue, MOST_CUES } from './cue.ts';
import { parseMarkup } from './parse-markup.ts';
import { renderRuns } from './styled-text.ts';
import { parseTimingLine } from './timing-line.ts';

/** Those that need no region or style, which are not carried. */
const SETTING = /^(?:vertical:(?:rl|lr)|line:-?[\d.]+%?(?:,\w+)?|position:[\d.]+%(?:,[\w-]+)?|size:[\d.]+%|align:\w+)$/;

/** WebVTT (W3C), with or without its first line. Never throws: what is no WebVTT has no cues. */
export function parseVtt(text: string): Cue[] {
  const cues: Cue[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length && cues.length < MOST_CUES; index++) {
    const timing = parseTimingLine(lines[index] as string);
    if (!timing) continue;
    const body: string[] = [];
    while (index + 1 < lines.length && lines[index + 1]?.trim() !== '' && !parseTimingLine(lines[index + 1] as string)) {
      body.push(lines[++index] as string);
    }
    const settings = timing.rest.split(/\s+/).filter((setting) => SETTING.test(setting));
    cues.push({
      startMs: timing.startMs,
      endMs: timing.endMs,
      text: renderRuns(parseMarkup(body.join('\n'))),
      ...(settings.length === 0 ? {} : { settings: settings.join(' ') }),
    });
  }
  return arrangeCues(cues);
}
