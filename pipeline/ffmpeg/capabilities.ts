import type { VideoCodec } from '../model/plan.ts';

/**
 * What an ffmpeg build can do, read from its own listings: a build is judged by what it has, never by its version.
 * Pure: `locate.ts` runs the binary.
 */
export interface FfmpegCapabilities {
  encoders: ReadonlySet<string>;
  filters: ReadonlySet<string>;
  muxers: ReadonlySet<string>;
  /** Protocols that can be written to. */
  outputProtocols: ReadonlySet<string>;
}

/** The listing that answers each capability, as ffmpeg's arguments. */
export const CAPABILITY_LISTINGS = {
  encoders: '-encoders',
  filters: '-filters',
  muxers: '-muxers',
  outputProtocols: '-protocols',
} as const satisfies Record<keyof FfmpegCapabilities, string>;

/** Without these no chunk can be encoded. What only some sources need (deinterlacing, HDR) is asked for where it is used. */
const REQUIRED: Record<keyof FfmpegCapabilities, readonly string[]> = {
  encoders: ['libx264', 'aac'],
  // Cutting by ticks, the frame's own time base, the ladder, silence where sound is missing, one decode for all renditions.
  filters: ['trim', 'atrim', 'settb', 'setpts', 'asetpts', 'scale', 'aresample', 'apad', 'interleave', 'loop', 'split'],
  muxers: ['mp4'],
  // Fragments of every rendition leave ffmpeg by a socket of their own.
  outputProtocols: ['file', 'unix', 'pipe'],
};

/** The encoder of each codec. */
export const VIDEO_ENCODERS: Readonly<Record<VideoCodec, string>> = { h264: 'libx264', hevc: 'libx265', av1: 'libaom-av1' };

const LABELS: Record<keyof FfmpegCapabilities, string> = {
  encoders: 'encoder',
  filters: 'filter',
  muxers: 'muxer',
  outputProtocols: 'protocol',
};

/** What is not there for these codecs, in words, e.g. `['encoder libx264', 'protocol unix']`; empty when the build will do. */
export function listMissingCapabilities(capabilities: FfmpegCapabilities, codecs: readonly VideoCodec[] = []): string[] {
  const required = { ...REQUIRED, encoders: [...new Set([...REQUIRED.encoders, ...codecs.map((codec) => VIDEO_ENCODERS[codec])])] };
  return (Object.keys(required) as (keyof FfmpegCapabilities)[]).flatMap((kind) =>
    required[kind].filter((name) => !capabilities[kind].has(name)).map((name) => `${LABELS[kind]} ${name}`),
  );
}

/** Reads the output of one of CAPABILITY_LISTINGS. */
export function parseCapabilityListing(kind: keyof FfmpegCapabilities, text: string): Set<string> {
  if (kind === 'outputProtocols') return parseOutputProtocols(text);
  return new Set(text.split('\n').flatMap((line) => LISTING_LINE[kind].exec(line)?.[1]?.split(',') ?? []));
}

// Flags in columns, then the name. The number of flag columns differs between ffmpeg 5 and 8, so they are not counted exactly.
const LISTING_LINE: Record<Exclude<keyof FfmpegCapabilities, 'outputProtocols'>, RegExp> = {
  encoders: /^ [VAS][A-Z.]{5} (\w\S*)/,
  filters: /^ [TSC.]{2,3} (\w\S*) +\S*->/,
  muxers: /^ [D ]E[d ]? ?(\w\S*)/,
};

function parseOutputProtocols(text: string): Set<string> {
  const output = /^Output:\s*$/m.exec(text);
  if (output === null) return new Set();
  const names = text.slice(output.index + output[0].length).split('\n');
  return new Set(names.map((name) => name.trim()).filter((name) => name !== ''));
}

/** `5.1.9` of `ffmpeg version 5.1.9-0+deb12u1 Copyright…`; a build from git keeps its whole name. Undefined when it is no such line. */
export function parseFfmpegVersion(text: string): string | undefined {
  const stated = /^ff(?:mpeg|probe) version (\S+)/.exec(text)?.[1];
  if (stated === undefined) return undefined;
  return /^n?(\d+(?:\.\d+)+)/.exec(stated)?.[1] ?? stated;
}

/**
 * The x264 build named in the user-data SEI that it writes into its first frame: `core 164 r3095 baee400`. Builds with
 * the same name write the same parameter sets for the same settings.
 */
export function parseX264Build(bitstream: Uint8Array): string | undefined {
  const text = Buffer.from(bitstream.buffer, bitstream.byteOffset, bitstream.byteLength).toString('latin1');
  return /x264 - (core \d+(?: r\d+)?(?: [0-9a-f]{7,}M?)?) - H\.264/.exec(text)?.[1];
}
