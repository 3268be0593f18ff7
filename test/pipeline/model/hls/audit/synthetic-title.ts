import { measureRendition } from '../../../../../pipeline/model/hls/measure-rendition.ts';
import { renderMediaPlaylist } from '../../../../../pipeline/model/hls/render-media-playlist.ts';
import { renderMultivariant } from '../../../../../pipeline/model/hls/render-multivariant.ts';
import { renderSubtitlePlaylist, renderSubtitleSegment } from '../../../../../pipeline/model/hls/subtitle-playlist.ts';
import type { TitleText } from '../../../../../pipeline/model/hls/text-renditions.ts';
import { concatBytes } from '../../../../../pipeline/model/mp4/box.ts';
import { renderFragment, renderSegmentType, type SampleInput } from '../../../../../pipeline/model/mp4/fragment.ts';
import { renderInitSegment } from '../../../../../pipeline/model/mp4/init-segment.ts';
import { codecOf, type Plan, type RenditionPlan, type VideoCodec, type VideoRenditionPlan } from '../../../../../pipeline/model/plan.ts';
import type { Cue } from '../../../../../pipeline/model/text/cue.ts';
import { keyframeTicks } from '../../../../../pipeline/model/timeline/boundaries.ts';
import { segmentCount, segmentRange } from '../../../../../pipeline/model/timeline/segments.ts';
import { recordedSets } from '../../mp4/recorded-init-segments.ts';
import { samplePlan } from '../sample-plan.ts';
import { syntheticSps } from './synthetic-sps.ts';

/** A title's files by path, as a player would ask for them. */
export type Files = Map<string, Uint8Array>;

/** The same cues in every track. */
export interface SyntheticText extends TitleText {
  cues: readonly Cue[];
}

/** One moof and mdat to be. */
export interface FragmentInput {
  baseDecodeTicks: number;
  samples: SampleInput[];
}

export interface SyntheticOptions {
  plan?: Plan;
  /** Bytes of each sample of a segment. */
  sampleBytes?: (rendition: RenditionPlan, segment: number) => number;
  /** What goes wrong in a segment: other fragments than the right one. */
  tweak?: (rendition: RenditionPlan, segment: number, fragment: FragmentInput) => FragmentInput[];
  /** What there is to read; nothing when absent. */
  text?: SyntheticText;
  /** What goes wrong in the SPS. */
  sps?: Partial<Parameters<typeof syntheticSps>[0]>;
}

/** A complete title that keeps every rule, unless it is told to break one: real boxes, noise for pictures. */
export function syntheticTitle(options: SyntheticOptions = {}): Files {
  const plan = options.plan ?? samplePlan();
  const files: Files = new Map();
  const measured = new Map(
    plan.renditions.flatMap((rendition) => {
      files.set(`${rendition.id}/init.mp4`, syntheticInit(rendition, options.sps));
      const stored = Array.from({ length: segmentCount(plan.timeline) }, (_, segment) => {
        const bytes = syntheticSegment(plan, rendition, segment, options);
        files.set(`${rendition.id}/${segment}.m4s`, bytes);
        return { segment, sizeBytes: bytes.length };
      });
      files.set(`${rendition.id}/media.m3u8`, encode(renderMediaPlaylist(plan, rendition)));
      const bandwidth = measureRendition(plan.timeline, rendition, stored);
      return bandwidth ? [[rendition.id, bandwidth] as const] : [];
    }),
  );
  for (const { id } of options.text?.tracks ?? []) {
    files.set(`${id}/media.m3u8`, encode(renderSubtitlePlaylist(plan.timeline)));
    for (let segment = 0; segment < segmentCount(plan.timeline); segment++) {
      files.set(`${id}/${segment}.vtt`, encode(renderSubtitleSegment(plan.timeline, options.text?.cues ?? [], segment)));
    }
  }
  files.set('multivariant.m3u8', encode(renderMultivariant(plan, measured, options.text)));
  return files;
}

function syntheticInit(rendition: RenditionPlan, sps: SyntheticOptions['sps'] = {}): Uint8Array {
  if (rendition.kind === 'audio') return renderInitSegment(rendition);
  const { width, height, level, hdr } = rendition;
  const codec = codecOf(rendition);
  if (codec !== 'h264') return renderInitSegment({ ...rendition, kind: 'video', parameterSets: recordedSets(hdr ? 'hdr' : codec) });
  return renderInitSegment({
    ...rendition,
    kind: 'video',
    parameterSets: { codec: 'h264', sps: [syntheticSps({ width, height, level, ...sps })], pps: [Uint8Array.of(0x68, 0xce)] },
  });
}

function syntheticSegment(plan: Plan, rendition: RenditionPlan, segment: number, options: SyntheticOptions): Uint8Array {
  const { startTicks, endTicks } = segmentRange(plan.timeline, rendition, segment);
  const durationTicks = sampleTicks(rendition, endTicks - startTicks);
  const sizeBytes = options.sampleBytes?.(rendition, segment) ?? (rendition.kind === 'audio' ? 60 : rendition.height);
  const samples: SampleInput[] = [];
  for (let ticks = startTicks; ticks < endTicks; ticks += durationTicks) {
    const isSync = rendition.kind !== 'video' || isKeyframe(plan, rendition, ticks);
    samples.push({
      durationTicks: Math.min(durationTicks, endTicks - ticks),
      compositionOffsetTicks: 0,
      isSync,
      data: sampleData(sizeBytes, isSync, rendition.kind === 'video' ? codecOf(rendition) : 'h264'),
    });
  }
  const fragment = { baseDecodeTicks: startTicks, samples };
  const fragments = options.tweak?.(rendition, segment, fragment) ?? [fragment];
  return concatBytes([renderSegmentType(), ...fragments.map((one) => renderFragment({ sequenceNumber: segment + 1, ...one }))]);
}

function sampleTicks(rendition: RenditionPlan, segmentTicks: number): number {
  switch (rendition.kind) {
    case 'video':
      return Math.round(90_000 / rendition.frameRate);
    case 'iframe':
      return segmentTicks;
    case 'audio':
      return rendition.frameSamples;
  }
}

function isKeyframe(plan: Plan, rendition: VideoRenditionPlan, ticks: number): boolean {
  const frame = 90_000 / rendition.frameRate;
  return keyframeTicks(plan.timeline, ticks - frame / 2, ticks + frame / 2).length > 0;
}

/** One NAL unit behind its length, an IDR slice or another one; of AV1 a frame, behind the sequence header where it is a key frame. */
export function sampleData(sizeBytes: number, isIdr: boolean, codec: VideoCodec = 'h264'): Uint8Array {
  const data = new Uint8Array(sizeBytes).fill(0x55);
  if (codec === 'av1') {
    const sets = recordedSets('av1');
    const header = isIdr && sets.codec === 'av1' ? sets.sequenceHeader : new Uint8Array(0);
    data.set([...header, 0x30, isIdr ? 0x10 : 0x30]);
    return data;
  }
  new DataView(data.buffer).setUint32(0, sizeBytes - 4);
  data[4] = codec === 'hevc' ? (isIdr ? 19 : 1) << 1 : isIdr ? 0x65 : 0x41;
  return data;
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function editText(files: Files, path: string, edit: (text: string) => string): void {
  const text = new TextDecoder().decode(files.get(path));
  const edited = edit(text);
  if (edited === text) throw new Error(`Nothing was changed in ${path}`);
  files.set(path, encode(edited));
}
