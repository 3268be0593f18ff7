import { OUTPUT_LAYOUTS } from '../model/ladder/channel-mix.ts';
import type { AudioRenditionPlan } from '../model/plan.ts';
import type { AudioStreamInfo } from '../model/source-info.ts';
import { rescale, type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';

/**
 * Codec frames encoded before and after the ones that are kept. ffmpeg's AAC encoder finds its quantizer over several frames:
 * after two a seam is up to 4.5 dB worse than its neighbours, after eight at most 2.7 dB, after more no better (tried).
 */
export const ENCODER_PREROLL_FRAMES = 8;
const ENCODER_POSTROLL_FRAMES = 2;
/** Input samples the resampler sees before the first one that counts. */
const RESAMPLER_PREROLL_SAMPLES = 256;

export function audioEncoderArgs(rendition: AudioRenditionPlan): string[] {
  return ['-c:a', 'aac', '-profile:a', 'aac_low', '-b:a', String(rendition.bitrateBps), '-ar', String(rendition.timescale)];
}

/** The samples an encoder is fed for a chunk, in title time. */
export interface AudioWindow {
  /** First and last-but-one sample at the output rate: whole codec frames. */
  outputStart: number;
  outputEnd: number;
  /** First sample at the input rate; at the output rate it is a whole number, so that every chunk resamples in the same phase. */
  inputStart: number;
}

/** `startSamples`, `endSamples`: what the chunk publishes, at the rendition's rate. */
export function planAudioWindow(rendition: AudioRenditionPlan, inputRate: number, startSamples: number, endSamples: number): AudioWindow {
  const outputRate = rendition.timescale;
  const outputStart = startSamples - ENCODER_PREROLL_FRAMES * rendition.frameSamples;
  const outputEnd = endSamples + ENCODER_POSTROLL_FRAMES * rendition.frameSamples;
  const divisor = greatestCommonDivisor(inputRate, outputRate);
  const phase = inputRate / divisor;
  const preroll = inputRate === outputRate ? 0 : RESAMPLER_PREROLL_SAMPLES;
  const inputStart = Math.floor(((outputStart * inputRate) / outputRate - preroll) / phase) * phase;
  return { outputStart, outputEnd, inputStart };
}

/**
 * Source samples → exactly the window's samples, silence where the source has none. `originTicks`: title time zero, 90 kHz
 * source time. Positions are integers of samples from the first filter on.
 */
export function audioFilter(stream: AudioStreamInfo, rendition: AudioRenditionPlan, window: AudioWindow, originTicks: Ticks): string {
  const origin = rescale(originTicks, VIDEO_TIMESCALE, stream.sampleRate);
  const onGrid = hasKnownGrid(stream);
  return [
    `asettb=1/${stream.sampleRate}`,
    `asetpts='${positionExpression(stream, onGrid)}-(${origin})'`,
    `atrim=start_pts=${window.inputStart}`,
    // Changes nothing but stretches at another rate than the source began with: everything behind it counts at the one rate.
    `aresample=${stream.sampleRate}`,
    ...mixFilters(rendition),
    // first_pts counts input samples (tried). Where positions are exact, so are gaps and overlaps; a clock that only hints is followed loosely.
    `aresample=${rendition.timescale}:async=1:min_comp=0.0001:min_hard_comp=${onGrid ? '0.0001' : '0.1'}:first_pts=${window.inputStart}`,
    outputFormat(rendition),
    'apad',
    `atrim=start_pts=${window.outputStart}:end_pts=${window.outputEnd}`,
    // From here on samples are counted: a resampler rounds the time of each frame it gives out.
    `asetpts=N+(${window.outputStart})`,
  ].join(',');
}

/** Silence for a stretch the source has no sound for. */
export function silenceFilter(rendition: AudioRenditionPlan, window: AudioWindow): string {
  const length = window.outputEnd - window.outputStart;
  const source = `anullsrc=r=${rendition.timescale}:cl=${outputLayout(rendition)}`;
  return `${source},atrim=end_sample=${length},asetpts=PTS+(${window.outputStart}),${outputFormat(rendition)}`;
}

/** In floating point, and from the planned layout on, so that a source that changes its channels on the way is mixed by the same gains. */
export function mixFilters({ mix, channels }: AudioRenditionPlan): string[] {
  if (!mix) return [];
  const outputs = mix.gains.map((row, output) => {
    const terms = row.flatMap((gain, input) => (gain === 0 ? [] : [`${gain}*c${input}`]));
    return `c${output}=${terms.length === 0 ? '0*c0' : terms.join('+')}`;
  });
  const layout = outputLayout({ channels });
  return [`aformat=sample_fmts=fltp:channel_layouts=${mix.inputLayout}`, `pan=${[layout, ...outputs].join('|')}`];
}

function outputFormat(rendition: AudioRenditionPlan): string {
  return `aformat=sample_fmts=fltp:channel_layouts=${outputLayout(rendition)}`;
}

function outputLayout({ channels }: Pick<AudioRenditionPlan, 'channels'>): string {
  return channels === 6 ? OUTPUT_LAYOUTS[6] : OUTPUT_LAYOUTS[2];
}

/** A time base that whole samples fit into needs no rounding; else the source's own frame grid tells where a frame lies. */
function isExact(stream: AudioStreamInfo): boolean {
  return !stream.isJittery && stream.timeBase.den % (stream.sampleRate * stream.timeBase.num) === 0;
}

function hasKnownGrid(stream: AudioStreamInfo): boolean {
  return stream.isCounted === true || isExact(stream) || stream.frameSamples > 0;
}

function positionExpression(stream: AudioStreamInfo, onGrid: boolean): string {
  if (stream.isCounted) return `(${rescale(stream.startTicks, VIDEO_TIMESCALE, stream.sampleRate)})+NB_CONSUMED_SAMPLES`;
  if (!onGrid || isExact(stream)) return 'PTS';
  const anchor = stream.gridAnchorSamples ?? rescale(stream.startTicks, VIDEO_TIMESCALE, stream.sampleRate);
  // At another rate frames have another length.
  const roundedPosition = `(${anchor})+${stream.frameSamples}*round((PTS-(${anchor}))/${stream.frameSamples})`;
  const onGridPosition = `if(eq(SR,${stream.sampleRate}),${roundedPosition},PTS)`;
  if (stream.gridAnchorSamples === undefined) return onGridPosition;
  // The first frame has lost its priming: it ends where the grid begins.
  return `if(lt(PTS+NB_SAMPLES/2,${anchor}),(${anchor})-NB_SAMPLES,${onGridPosition})`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
