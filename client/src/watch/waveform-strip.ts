import type { TitleView } from '../../../pipeline/model/title.ts';
import type { Waveform } from '../../../pipeline/model/waveform.ts';
import { ApiError, fetchWaveform } from '../api.ts';
import { h, svg, type View } from '../dom.ts';
import { texts } from '../texts.ts';

/** Where a title of sound alone is loud, and how far it was played; playback goes to the place that is pointed at. */
export function waveformStrip(
  onSeek: (seconds: number) => void,
  signal: AbortSignal,
): View<TitleView> & { showTime(seconds: number): void } {
  const element = h('div', { class: 'waveform', hidden: true });
  let loadedUrl: string | null = null;
  let durationSeconds = 0;

  element.addEventListener('click', (event) => {
    const { left, width } = element.getBoundingClientRect();
    if (width > 0 && durationSeconds > 0) onSeek(Math.max(0, ((event.clientX - left) / width) * durationSeconds));
  });

  async function load(url: string): Promise<void> {
    let waveform: Waveform;
    try {
      waveform = await fetchWaveform(url, signal);
    } catch (error) {
      if (signal.aborted) return;
      // A drawing that cannot be had is no trouble of the title's.
      if (error instanceof ApiError) return;
      throw error;
    }
    durationSeconds = waveform.durationSeconds;
    const drawing = { viewBox: `0 -1 ${waveform.peaks.length} 2`, preserveAspectRatio: 'none', role: 'img', 'aria-label': texts.waveform };
    const d = waveformPath(waveform.peaks);
    element.replaceChildren(
      svg('svg', drawing, svg('path', { class: 'waveform__whole', d }), svg('path', { class: 'waveform__played', d })),
    );
    element.hidden = false;
  }

  return {
    element,
    update({ waveformUrl }) {
      if (waveformUrl === null || waveformUrl === loadedUrl) return;
      loadedUrl = waveformUrl;
      void load(waveformUrl);
    },
    showTime(seconds) {
      if (durationSeconds > 0) element.style.setProperty('--played', Math.min(1, seconds / durationSeconds).toFixed(4));
    },
  };
}

/** What is no louder is drawn as quiet as it is; else the loudest place is as high as there is room. */
const QUIET_PEAK = 32;

/** The outline of the peaks (0 to 255) above and below a line, a unit wide each. Pure. */
export function waveformPath(peaks: readonly number[]): string {
  const full = Math.max(QUIET_PEAK, ...peaks);
  const heights = peaks.map((peak) => Math.max(0.01, peak / full).toFixed(2));
  const above = heights.map((height, index) => `L${index + 0.5} -${height}`);
  const below = heights.map((height, index) => `L${index + 0.5} ${height}`).reverse();
  return `M0 0${above.join('')}L${peaks.length} 0${below.join('')}Z`;
}
