import { icon } from '../app/icons.ts';
import { h, setText } from '../dom.ts';
import { formatBitrate } from '../format.ts';
import { texts } from '../texts.ts';
import type { PlaybackStats } from './playback-stats.ts';

const REFRESH_MS = 500;

/** Figures over the picture, and the button that shows them. */
export function statsOverlay(read: () => PlaybackStats, signal: AbortSignal): { button: HTMLElement; overlay: HTMLElement } {
  const values = new Map<string, HTMLElement>();
  const rows = Object.entries(texts.stats).map(([key, label]) => {
    const value = h('dd', {}, '–');
    values.set(key, value);
    return h('div', {}, h('dt', {}, label), value);
  });
  const overlay = h('dl', { class: 'stats', hidden: true }, ...rows);
  const button = h(
    'media-chrome-button',
    { class: 'stats-button', 'aria-label': texts.statistics, 'aria-pressed': 'false', notooltip: true },
    icon('gauge'),
  );
  let timer: ReturnType<typeof setInterval> | undefined;

  function refresh(): void {
    for (const [key, text] of Object.entries(describeStats(read()))) setText(values.get(key)!, text);
  }

  button.addEventListener('click', () => {
    overlay.hidden = !overlay.hidden;
    button.setAttribute('aria-pressed', String(!overlay.hidden));
    clearInterval(timer);
    if (overlay.hidden) return;
    refresh();
    timer = setInterval(refresh, REFRESH_MS);
  });
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return { button, overlay };
}

function describeStats(stats: PlaybackStats): Record<keyof typeof texts.stats, string> {
  return {
    rung: stats.rung ?? '–',
    bitrate: stats.bitrateBps === null ? '–' : formatBitrate(stats.bitrateBps),
    bandwidth: stats.bandwidthEstimateBps === null ? '–' : formatBitrate(stats.bandwidthEstimateBps),
    buffer: texts.seconds(stats.bufferSeconds.toFixed(1)),
    frames: texts.statsFrames(stats.droppedFrames, stats.totalFrames),
    stalls: texts.statsStalls(stats.stalls, stats.stalledSeconds.toFixed(1)),
    switches: String(stats.levelSwitches),
    aborts: String(stats.emergencyAborts),
  };
}
