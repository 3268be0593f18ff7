import { setImmediate } from 'node:timers/promises';
import type { Cue } from '../model/text/cue.ts';
import { parseVtt } from '../model/text/parse-vtt.ts';
import { parseRenderedCue, splitRenderedVtt } from '../model/text/rendered-vtt.ts';

/** A few milliseconds' worth: between them others are served. */
const CUES_IN_ONE_GO = 2_000;

/** The cues of a stored track. One that somebody else has written is read like any WebVTT. */
export async function readStoredCues(vtt: string): Promise<Cue[]> {
  const cues: Cue[] = [];
  for (const [index, block] of splitRenderedVtt(vtt).entries()) {
    const cue = parseRenderedCue(block);
    if (!cue) return parseVtt(vtt);
    cues.push(cue);
    if (index % CUES_IN_ONE_GO === CUES_IN_ONE_GO - 1) await setImmediate();
  }
  return cues;
}
