import { MOST_AUDIO_TRACKS } from './ladder/audio-ladder.ts';
import { planSurroundMix } from './ladder/channel-mix.ts';
import type { AudioRenditionPlan, Plan } from './plan.ts';
import { joinNotes, type ReportNote } from './report-notes.ts';
import { reportVideo } from './report-video.ts';
import type { AudioStreamInfo, OtherStreamInfo, SourceInfo } from './source-info.ts';
import { OFFERED } from './text/report-text.ts';
import { textStreams } from './text/text-tracks.ts';
import { ticksToSeconds } from './time.ts';
import type { StreamReport } from './title.ts';

/** What becomes of every stream of a source, in its order (I8), then of what lies outside its streams (stream index -1). */
export function reportStreams(
  info: SourceInfo,
  { renditions, notCopied = [], ladderFit: fit }: Pick<Plan, 'renditions' | 'notCopied' | 'ladderFit'>,
): StreamReport[] {
  const rungs = renditions.filter((rendition) => rendition.kind === 'video');
  const texts = textStreams(info);
  const cover = info.video ? undefined : info.others.find(({ kind }) => kind === 'cover');
  const others = info.others.map((other) => (other === cover ? reportCover(other) : reportOther(other, texts)));
  const sounds = renditions.filter((rendition) => rendition.kind === 'audio');
  const whyNot = (index: number): ReportNote[] => notCopied.filter(({ streamIndex }) => streamIndex === index);
  const reports = [
    ...(info.video ? reportVideo(info.video, rungs, { fit, whyNot: whyNot(info.video.index) }) : []),
    ...info.audio.map((audio, track) => reportTrack(audio, track, sounds, whyNot(audio.index))),
    ...others,
  ];
  reports.sort((a, b) => a.streamIndex - b.streamIndex);
  if (info.chapterCount) {
    reports.push({
      streamIndex: -1,
      kind: 'chapters',
      codec: '',
      outcome: 'carried',
      ...joinNotes([{ code: 'chapters', sentence: `${info.chapterCount} chapters, shown on the timeline.` }]),
    });
  }
  if (info.linksLeftOut) {
    const sentence = `${info.linksLeftOut} more recordings follow in this file, which are not of one kind of sound: only the first is played. Split the file for the rest.`;
    const notes = joinNotes([{ code: 'more-recordings', sentence }]);
    reports.push({ streamIndex: -1, kind: 'container', codec: '', outcome: 'not-carried', ...notes });
  }
  if (info.clockRestarts) {
    const sentence =
      'The clock of this file begins anew, as where recordings were put one behind the other: what comes after that at times that were there before is not played. Remux it with ffmpeg (-c copy) and add it again for the rest.';
    const notes = joinNotes([{ code: 'clock-restarts', sentence }]);
    reports.push({ streamIndex: -1, kind: 'container', codec: '', outcome: 'not-carried', ...notes });
  }
  const cut = describeCut(info);
  if (cut !== undefined) {
    const notes = joinNotes([{ code: 'cut-short', sentence: cut }]);
    reports.push({ streamIndex: -1, kind: 'container', codec: '', outcome: 'not-carried', ...notes });
  }
  return reports;
}

/** What a container's header may be wrong by without anything being missing. */
const TRIFLE_SECONDS = 1;
const TRIFLE_SHARE = 0.02;

/** A file that states more than it holds was cut short, by a broken copy most often. */
function describeCut({ statedDurationTicks, video, audio }: SourceInfo): string | undefined {
  const streams = [
    ...(video ? [{ start: video.firstFrameTicks, end: video.endTicks }] : []),
    ...audio.map((track) => ({ start: track.startTicks, end: track.endTicks })),
  ];
  if (statedDurationTicks === undefined || streams.length === 0) return undefined;
  const stated = ticksToSeconds(statedDurationTicks);
  const held = ticksToSeconds(Math.max(...streams.map(({ end }) => end)) - Math.min(...streams.map(({ start }) => start)));
  if (stated - held <= Math.max(TRIFLE_SECONDS, stated * TRIFLE_SHARE)) return undefined;
  return `The file says it lasts ${stated.toFixed(1)} s but ends after ${held.toFixed(1)} s: it was cut short. Copy it again for the rest.`;
}

function reportTrack(
  audio: AudioStreamInfo,
  track: number,
  sounds: readonly AudioRenditionPlan[],
  whyNot: readonly ReportNote[],
): StreamReport {
  if (track < MOST_AUDIO_TRACKS) {
    const [stereo] = sounds.filter(({ sourceStreamIndex }) => sourceStreamIndex === audio.index);
    return stereo?.copied ? reportCopiedAudio(audio) : reportAudio(audio, whyNot);
  }
  const note: ReportNote = { code: 'too-many-tracks', sentence: `Only the first ${MOST_AUDIO_TRACKS} sound tracks are carried.` };
  return { streamIndex: audio.index, kind: 'audio', codec: audio.codec, outcome: 'not-carried', ...joinNotes([note]) };
}

function reportCopiedAudio({ index: streamIndex, codec }: AudioStreamInfo): StreamReport {
  const note: ReportNote = { code: 'copied', sentence: 'Copied as it is.' };
  return { streamIndex, kind: 'audio', codec, outcome: 'carried', ...joinNotes([note]) };
}

function reportAudio(audio: AudioStreamInfo, whyNot: readonly ReportNote[]): StreamReport {
  const beside = planSurroundMix(audio.channels, audio.channelLayout) ? ' and as 5.1 AAC' : '';
  const notes: ReportNote[] = [{ code: 'encoded', sentence: `Encoded as stereo AAC${beside}.` }, ...whyNot];
  if (audio.channels > 2) {
    notes.push({ code: 'mixed-down', sentence: `Mixed down from ${audio.channelLayout ?? `${audio.channels} channels`}.` });
  }
  if (audio.isPacked) {
    notes.push({ code: 'unpacked', sentence: 'Several of its frames lie in each packet: it is taken out of its container first.' });
  } else if (audio.isCounted) {
    notes.push({ code: 'samples-counted', sentence: 'Its times are wrong: its samples are counted instead.' });
  }
  return { streamIndex: audio.index, kind: 'audio', codec: audio.codec, outcome: 'converted', ...joinNotes(notes) };
}

function reportCover({ index, codec }: OtherStreamInfo): StreamReport {
  const note: ReportNote = { code: 'cover', sentence: 'The cover: the poster is made of it.' };
  return { streamIndex: index, kind: 'cover', codec, outcome: 'converted', ...joinNotes([note]) };
}

function reportOther(other: OtherStreamInfo, texts: readonly OtherStreamInfo[]): StreamReport {
  const { index: streamIndex, kind, codec } = other;
  if (texts.includes(other)) return { streamIndex, kind, codec, outcome: 'converted', ...joinNotes([OFFERED]) };
  return { streamIndex, kind, codec, outcome: 'not-carried', ...joinNotes([noteOf(other)]) };
}

/** Subtitles that are pictures, as discs and broadcasts have them. */
const BITMAP_SUBTITLES = new Set(['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle', 'xsub']);

/** Data by its codec or tag. */
const DATA_NAMES: Readonly<Record<string, string>> = {
  tmcd: 'Time code of the recording',
  mebx: 'Notes of the camera',
  gpmd: 'Notes of the camera',
  klv: 'Notes of the camera',
  scte_35: 'Marks for advertisements',
  dvd_nav_packet: 'Menus of a disc',
};

function noteOf(other: OtherStreamInfo): ReportNote {
  switch (other.kind) {
    case 'video':
      if (other.reason === undefined) return { code: 'another-picture', sentence: 'Another picture of this source is played.' };
      return { code: 'unplayable', sentence: other.reason };
    case 'audio':
      return { code: 'unplayable', sentence: other.reason ?? 'Nothing in it could be decoded.' };
    case 'cover':
      return { code: 'cover', sentence: 'A still picture, not a film: not carried yet.' };
    case 'subtitle':
      return BITMAP_SUBTITLES.has(other.codec)
        ? {
            code: 'subtitle-pictures',
            sentence:
              'These subtitles are pictures, not text: browsers do not show them. A text file beside the film can take their place.',
          }
        : { code: 'subtitle', sentence: 'Subtitles of this kind cannot be read.' };
    case 'attachment':
      return { code: 'attachment', sentence: 'Attached files (such as fonts) are not played.' };
    case 'data':
    case 'unknown':
      return { code: 'data', sentence: `${DATA_NAMES[other.codec] ?? 'Data'}: players have no use for it.` };
  }
}
