import type Hls from 'hls.js';
import { Events } from 'hls.js';
import { texts } from '../texts.ts';
import { choiceMenu } from './choice-menu.ts';
import type { HlsMenu } from './quality-menu.ts';

/** The sound tracks, where there are several. */
export function audioMenu(): HlsMenu {
  let current: Hls | undefined;
  const menu = choiceMenu(texts.audioTrack, (value) => {
    if (current !== undefined) current.audioTrack = Number(value);
  });
  menu.button.hidden = true;

  function render(): void {
    if (current === undefined) return;
    const { audioTracks, audioTrack } = current;
    const choices = audioTracks.map(({ name, lang }, index) => {
      const note = lang !== undefined && lang !== 'und' && lang !== name ? lang : undefined;
      return { value: String(index), text: name, ...(note === undefined ? {} : { note }) };
    });
    menu.show(choices, String(audioTrack));
    menu.label(texts.sound);
    menu.button.hidden = audioTracks.length < 2;
  }

  return {
    ...menu,
    follow(hls) {
      current = hls;
      for (const event of [Events.AUDIO_TRACKS_UPDATED, Events.AUDIO_TRACK_SWITCHED] as const) hls.on(event, render);
    },
  };
}
