import type Hls from 'hls.js';
import { Events, type Level } from 'hls.js';
import { codecName, formatBitrate, rungName } from '../format.ts';
import { texts } from '../texts.ts';
import { type Choice, type ChoiceMenu, choiceMenu } from './choice-menu.ts';

const AUTO = 'auto';

export interface HlsMenu extends ChoiceMenu {
  follow(hls: Hls): void;
}

/** Auto and the rungs from the best down; the button shows what is on the screen. */
export function qualityMenu(): HlsMenu {
  let current: Hls | undefined;
  const menu = choiceMenu(texts.quality, (value) => {
    if (current !== undefined) current.nextLevel = value === AUTO ? -1 : Number(value);
    render();
  });
  menu.button.hidden = true;

  function render(): void {
    if (current === undefined) return;
    const { levels, currentLevel, autoLevelEnabled } = current;
    const playing = levels[currentLevel];
    const auto: Choice = { value: AUTO, text: playing && autoLevelEnabled ? texts.autoPlaying(nameOf(playing)) : texts.auto };
    const rungs = levels.map((level, index) => ({ value: String(index), text: nameOf(level), note: formatBitrate(level.bitrate) }));
    menu.show([auto, ...rungs.reverse()], autoLevelEnabled ? AUTO : String(current.nextLevel));
    menu.label(playing ? nameOf(playing) : texts.auto);
    // One rung is no choice, and sound alone has no rungs.
    menu.button.hidden = levels.length < 2;
  }

  return {
    ...menu,
    follow(hls) {
      current = hls;
      for (const event of [Events.MANIFEST_PARSED, Events.LEVELS_UPDATED, Events.LEVEL_SWITCHED] as const) hls.on(event, render);
    },
  };
}

/** `720p`, `720p AV1`, `1080p HEVC HDR`. */
function nameOf(level: Level): string {
  const isHdr = level.videoRange === 'PQ' || level.videoRange === 'HLG';
  return [rungName(level), codecName(level.videoCodec), isHdr ? 'HDR' : undefined].filter((word) => word !== undefined).join(' ');
}
