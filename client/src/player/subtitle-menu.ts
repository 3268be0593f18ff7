import { texts } from '../texts.ts';
import { type ChoiceMenu, choiceMenu } from './choice-menu.ts';
import { describeTextTrack } from './describe-text-track.ts';

const OFF = 'off';

/** Off, and what there is to read. The tracks are the video's own, so it serves hls.js and browsers that play HLS alike. */
export function subtitleMenu(video: HTMLVideoElement, signal: AbortSignal): ChoiceMenu {
  const menu = choiceMenu(texts.subtitles, (value) => {
    const tracks = readableTracks(video);
    // One at a time: the others first, so that there is never a moment with two.
    for (const [index, track] of tracks.entries()) if (value !== String(index)) track.mode = 'disabled';
    const chosen = tracks[Number(value)];
    if (chosen) chosen.mode = 'showing';
    render();
  });
  menu.button.hidden = true;

  function render(): void {
    const tracks = readableTracks(video);
    const shown = tracks.findIndex(({ mode }) => mode === 'showing');
    const choices = tracks.map((track, index) => ({ value: String(index), ...describeTextTrack(track, navigator.languages) }));
    menu.show([{ value: OFF, text: texts.subtitlesOff }, ...choices], shown < 0 ? OFF : String(shown));
    menu.label(texts.subtitles);
    menu.button.hidden = tracks.length === 0;
  }

  for (const type of ['addtrack', 'removetrack', 'change'] as const) video.textTracks.addEventListener(type, render, { signal });
  return menu;
}

function readableTracks(video: HTMLVideoElement): TextTrack[] {
  return [...video.textTracks].filter(({ kind }) => kind === 'subtitles' || kind === 'captions');
}
