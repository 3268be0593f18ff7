import { recall, remember } from '../app/browser-storage.ts';

const KEY = 'millrace.line-bps';

/** Carries a 720p rung, and most home lines more: starting too low shows more than starting a second later. */
const FIRST_GUESS_BPS = 4_000_000;
const LEAST_BPS = 300_000;
const MOST_BPS = 40_000_000;

/** What the line carried when something was last watched here. */
export function recallLineBps(): number {
  const remembered = Number(recall(KEY));
  return remembered >= LEAST_BPS && remembered <= MOST_BPS ? remembered : FIRST_GUESS_BPS;
}

export function rememberLineBps(bps: number): void {
  if (Number.isFinite(bps)) remember(KEY, String(Math.round(Math.min(MOST_BPS, Math.max(LEAST_BPS, bps)))));
}
