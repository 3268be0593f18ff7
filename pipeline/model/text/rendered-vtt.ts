import type { Cue } from './cue.ts';

const TIMING = /^(\d{2,}):(\d\d):(\d\d)\.(\d{3}) --> (\d{2,}):(\d\d):(\d\d)\.(\d{3})(?: (\S.*))?$/;

/** The cues of a text that renderVtt has made without a header, each for parseRenderedCue; something that it refuses for any other text. */
export function splitRenderedVtt(text: string): string[] {
  if (text === 'WEBVTT\n') return [];
  if (!text.startsWith('WEBVTT\n\n') || !text.endsWith('\n')) return [''];
  return text.slice('WEBVTT\n\n'.length, -1).split('\n\n');
}

/** Undefined for what renderVtt does not write. parseVtt reads all of it too, but looks for markup again, which takes ten times as long. */
export function parseRenderedCue(block: string): Cue | undefined {
  const lineEnd = block.indexOf('\n');
  const timing = TIMING.exec(block.slice(0, Math.max(0, lineEnd)));
  if (!timing) return undefined;
  const settings = timing[9];
  return {
    startMs: readTime(timing, 1),
    endMs: readTime(timing, 5),
    text: block.slice(lineEnd + 1),
    ...(settings === undefined ? {} : { settings }),
  };
}

function readTime(timing: RegExpExecArray, first: number): number {
  const [hours, minutes, seconds, ms] = [0, 1, 2, 3].map((index) => Number(timing[first + index])) as [number, number, number, number];
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}
