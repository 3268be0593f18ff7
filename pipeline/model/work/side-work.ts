import type { BackgroundView } from './work-view.ts';

/** What is made beside a title's stream, and nobody needs to play it. */
export type SideWork = 'poster' | 'storyboard' | 'waveform';

/**
 * Whether it may be made now: while the background may work. A disk budget that is used up is of segments alone. Where the background has
 * no cores at all, the poster, a few frames, comes with the first seconds of its title, as what is made without being asked for.
 */
export function maySideWorkRun(work: SideWork, state: BackgroundView['state']): boolean {
  if (state === 'off') return work === 'poster';
  return state === 'running' || state === 'disk';
}
