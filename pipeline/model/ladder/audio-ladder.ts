import type { AudioRenditionPlan } from '../plan.ts';
import type { AudioStreamInfo } from '../source-info.ts';

/** AAC-LC. */
const FRAME_SAMPLES = 1024;
const CODECS = 'mp4a.40.2';
const BITRATE_BPS = 128_000;
/** Stereo for every source: one layout plays everywhere and lets a player change track without a new decoder. */
const CHANNELS = 2;

/**
 * One stereo AAC-LC rendition for each audio track, in source order, `a1`, `a2`, …. Names are for people and unique
 * (rfc8216bis 4.4.6.1: one NAME per rendition of a group); exactly one is the default.
 */
export function planAudioRenditions(tracks: readonly AudioStreamInfo[]): AudioRenditionPlan[] {
  const defaultIndex = Math.max(
    0,
    tracks.findIndex((track) => track.isDefault),
  );
  const taken = new Set<string>();
  return tracks.map((track, index) => ({
    id: `a${index + 1}`,
    kind: 'audio',
    sourceStreamIndex: track.index,
    timescale: outputSampleRate(track.sampleRate),
    frameSamples: FRAME_SAMPLES,
    channels: CHANNELS,
    bitrateBps: BITRATE_BPS,
    codecs: CODECS,
    language: track.language ?? 'und',
    name: uniqueName(track, index, taken),
    isDefault: index === defaultIndex,
  }));
}

/** 44.1 kHz for its multiples and parts, 48 kHz for all else: no needless resampling, and every player has both. */
export function outputSampleRate(sourceRate: number): number {
  return sourceRate % 11_025 === 0 ? 44_100 : 48_000;
}

function uniqueName(track: AudioStreamInfo, index: number, taken: Set<string>): string {
  // A playlist's quoted string holds neither quotes nor line ends (rfc8216bis 4.2).
  const title = track.title?.replace(/[\p{Cc}"]+/gu, ' ').trim();
  const wanted = title || languageName(track.language) || `Audio ${index + 1}`;
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted} (${count})`;
  taken.add(name);
  return name;
}

function languageName(language: string | undefined): string | undefined {
  return language === undefined ? undefined : new Intl.DisplayNames(['en'], { type: 'language' }).of(language);
}
