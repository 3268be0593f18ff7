import { MOST_AUDIO_TRACKS } from './ladder/audio-ladder.ts';
import { planSurroundMix } from './ladder/channel-mix.ts';
import type { AudioStreamInfo, OtherStreamInfo, SourceInfo, VideoStreamInfo } from './source-info.ts';
import { textStreams } from './text/text-tracks.ts';
import { ticksToSeconds } from './time.ts';
import type { StreamReport } from './title.ts';

/** What becomes of every stream of a source, in its order (I8), then of what lies outside its streams (stream index -1). */
export function reportStreams(info: SourceInfo): StreamReport[] {
  const texts = textStreams(info);
  const cover = info.video ? undefined : info.others.find(({ kind }) => kind === 'cover');
  const others = info.others.map((other) => (other === cover ? reportCover(other) : reportOther(other, texts)));
  const reports = [...(info.video ? reportVideo(info.video) : []), ...info.audio.map(reportTrack), ...others];
  reports.sort((a, b) => a.streamIndex - b.streamIndex);
  if (info.chapterCount) {
    reports.push({
      streamIndex: -1,
      kind: 'chapters',
      codec: '',
      outcome: 'not-carried',
      reason: `${info.chapterCount} chapters: not carried yet.`,
    });
  }
  const cut = describeCut(info);
  if (cut !== undefined) reports.push({ streamIndex: -1, kind: 'container', codec: '', outcome: 'not-carried', reason: cut });
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

function reportVideo(video: VideoStreamInfo): StreamReport[] {
  const notes = ['Encoded as H.264 in several sizes.'];
  if (video.rotationDegrees !== 0) notes.push(`Turned upright (${video.rotationDegrees}° clockwise).`);
  if (['tt', 'bb', 'tb', 'bt'].includes(video.fieldOrder)) notes.push('Deinterlaced.');
  if (video.colorTransfer === 'smpte2084' || video.colorTransfer === 'arib-std-b67')
    notes.push('Tone-mapped from high dynamic range to standard range.');
  const { index: streamIndex, codec } = video;
  const report: StreamReport = { streamIndex, kind: 'video', codec, outcome: 'converted', reason: notes.join(' ') };
  if (!video.hasClosedCaptions) return [report];
  const reason = 'Closed captions inside the picture: not carried yet.';
  return [report, { streamIndex, kind: 'captions', codec: 'eia_608', outcome: 'not-carried', reason }];
}

function reportTrack(audio: AudioStreamInfo, index: number): StreamReport {
  if (index < MOST_AUDIO_TRACKS) return reportAudio(audio);
  const reason = `Only the first ${MOST_AUDIO_TRACKS} sound tracks are carried.`;
  return { streamIndex: audio.index, kind: 'audio', codec: audio.codec, outcome: 'not-carried', reason };
}

function reportAudio(audio: AudioStreamInfo): StreamReport {
  const beside = planSurroundMix(audio.channels, audio.channelLayout) ? ' and as 5.1 AAC' : '';
  const from = audio.channels > 2 ? ` Mixed down from ${audio.channelLayout ?? `${audio.channels} channels`}.` : '';
  return {
    streamIndex: audio.index,
    kind: 'audio',
    codec: audio.codec,
    outcome: 'converted',
    reason: `Encoded as stereo AAC${beside}.${from}`,
  };
}

function reportCover({ index, codec }: OtherStreamInfo): StreamReport {
  return { streamIndex: index, kind: 'cover', codec, outcome: 'converted', reason: 'The cover: the poster is made of it.' };
}

function reportOther(other: OtherStreamInfo, texts: readonly OtherStreamInfo[]): StreamReport {
  if (texts.includes(other)) {
    const reason = 'Offered as WebVTT subtitles.';
    return { streamIndex: other.index, kind: other.kind, codec: other.codec, outcome: 'converted', reason };
  }
  return { streamIndex: other.index, kind: other.kind, codec: other.codec, outcome: 'not-carried', reason: reasonOf(other) };
}

/** Subtitles that are pictures, as discs and broadcasts have them. */
const BITMAP_SUBTITLES = new Set(['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle', 'xsub']);

function reasonOf(other: OtherStreamInfo): string {
  switch (other.kind) {
    case 'video':
      return other.reason ?? 'Another picture of this source is played.';
    case 'audio':
      return other.reason ?? 'Nothing in it could be decoded.';
    case 'cover':
      return 'A still picture, not a film: not carried yet.';
    case 'subtitle':
      return BITMAP_SUBTITLES.has(other.codec)
        ? 'These subtitles are pictures, not text: browsers do not show them. A text file beside the film can take their place.'
        : 'Subtitles of this kind cannot be read.';
    case 'attachment':
      return 'Attached files (such as fonts) are not played.';
    case 'data':
    case 'unknown':
      return 'Players have no use for this data.';
  }
}
