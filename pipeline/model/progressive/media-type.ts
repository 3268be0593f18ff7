import type { SourceInfo } from '../source-info.ts';

/** By ffmpeg's demuxer names: what the picture is sent as, and a sound alone. */
const TYPES: Readonly<Record<string, readonly [video: string, audio: string]>> = {
  mov: ['video/mp4', 'audio/mp4'],
  matroska: ['video/x-matroska', 'audio/x-matroska'],
  mpegts: ['video/mp2t', 'video/mp2t'],
  mpeg: ['video/mpeg', 'video/mpeg'],
  mpegvideo: ['video/mpeg', 'video/mpeg'],
  avi: ['video/x-msvideo', 'video/x-msvideo'],
  flv: ['video/x-flv', 'video/x-flv'],
  asf: ['video/x-ms-wmv', 'audio/x-ms-wma'],
  ogg: ['video/ogg', 'audio/ogg'],
  mp3: ['audio/mpeg', 'audio/mpeg'],
  flac: ['audio/flac', 'audio/flac'],
  wav: ['audio/wav', 'audio/wav'],
  aac: ['audio/aac', 'audio/aac'],
  aiff: ['audio/aiff', 'audio/aiff'],
  amr: ['audio/amr', 'audio/amr'],
  gif: ['image/gif', 'image/gif'],
  apng: ['image/apng', 'image/apng'],
};

/** Where an extension says more than the demuxer, and nothing else than the demuxer does. */
const EXTENSIONS: Readonly<Record<string, readonly [demuxer: string, video: string, audio: string]>> = {
  webm: ['matroska', 'video/webm', 'audio/webm'],
  mov: ['mov', 'video/quicktime', 'video/quicktime'],
  '3gp': ['mov', 'video/3gpp', 'audio/3gpp'],
};

export const UNKNOWN_TYPE = 'application/octet-stream';

/** What the original bytes are, by what the probe found in them: a name alone never makes a page of a film. */
export function sourceMediaType(info: Pick<SourceInfo, 'formatNames' | 'video'> | undefined, originalName: string): string {
  const demuxer = info?.formatNames.find((name) => TYPES[name] !== undefined);
  if (info === undefined || demuxer === undefined) return UNKNOWN_TYPE;
  const [ofName, ...byExtension] = EXTENSIONS[/\.(\w+)$/.exec(originalName.toLowerCase())?.[1] ?? ''] ?? [];
  const [video, audio] = ofName === demuxer ? byExtension : (TYPES[demuxer] ?? []);
  return (info.video ? video : audio) ?? UNKNOWN_TYPE;
}
