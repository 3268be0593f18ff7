/**
 * How the channels of a source become those of a rendition. `gains[output][input]`, in the order of the layouts. A row's gains
 * add up to 1 at most, so that no source, however loud, is clipped by being mixed; more only where its loudness was measured.
 */
export interface ChannelMix {
  /** What ffmpeg is to make of the source first: the name of a layout, or `9c` for nine channels that nobody named. */
  inputLayout: string;
  gains: number[][];
}

export const OUTPUT_LAYOUTS = { 2: 'stereo', 6: '5.1' } as const;

/** ffmpeg's layouts, and what stands where in them. */
const LAYOUTS: Readonly<Record<string, string>> = {
  mono: 'FC',
  stereo: 'FL FR',
  downmix: 'DL DR',
  '2.1': 'FL FR LFE',
  '3.0': 'FL FR FC',
  '3.0(back)': 'FL FR BC',
  '4.0': 'FL FR FC BC',
  quad: 'FL FR BL BR',
  'quad(side)': 'FL FR SL SR',
  '3.1': 'FL FR FC LFE',
  '5.0': 'FL FR FC BL BR',
  '5.0(side)': 'FL FR FC SL SR',
  '4.1': 'FL FR FC LFE BC',
  '5.1': 'FL FR FC LFE BL BR',
  '5.1(side)': 'FL FR FC LFE SL SR',
  '6.0': 'FL FR FC BC SL SR',
  '6.0(front)': 'FL FR FLC FRC SL SR',
  hexagonal: 'FL FR FC BL BR BC',
  '6.1': 'FL FR FC LFE BC SL SR',
  '6.1(back)': 'FL FR FC LFE BL BR BC',
  '6.1(front)': 'FL FR LFE FLC FRC SL SR',
  '7.0': 'FL FR FC BL BR SL SR',
  '7.0(front)': 'FL FR FC FLC FRC SL SR',
  '7.1': 'FL FR FC LFE BL BR SL SR',
  '7.1(wide)': 'FL FR FC LFE BL BR FLC FRC',
  '7.1(wide-side)': 'FL FR FC LFE FLC FRC SL SR',
  octagonal: 'FL FR FC BL BR BC SL SR',
};

/** What channels are taken for that a file only counts, as ffmpeg itself takes them. */
const USUAL_LAYOUTS: Readonly<Record<number, string>> = {
  1: 'mono',
  2: 'stereo',
  3: '2.1',
  4: '4.0',
  5: '5.0',
  6: '5.1',
  7: '6.1',
  8: '7.1',
};

const MINUS_3_DB = Math.SQRT1_2;

/** ITU-R BS.775-3 table 2, left and right; the positions it does not know are taken for their neighbours. LFE is left out, as there. */
const TO_STEREO: Readonly<Record<string, readonly [number, number]>> = {
  ...{ FL: [1, 0], FR: [0, 1], DL: [1, 0], DR: [0, 1], FLC: [1, 0], FRC: [0, 1] },
  ...{ FC: [MINUS_3_DB, MINUS_3_DB], BC: [0.5, 0.5], LFE: [0, 0] },
  ...{ BL: [MINUS_3_DB, 0], SL: [MINUS_3_DB, 0], BR: [0, MINUS_3_DB], SR: [0, MINUS_3_DB] },
};

/** In the order of OUTPUT_LAYOUTS[6]: FL FR FC LFE BL BR. */
const TO_SURROUND: Readonly<Record<string, readonly number[]>> = {
  ...{ FL: [1, 0, 0, 0, 0, 0], FR: [0, 1, 0, 0, 0, 0], FC: [0, 0, 1, 0, 0, 0], LFE: [0, 0, 0, 1, 0, 0] },
  ...{ FLC: [MINUS_3_DB, 0, 0, 0, 0, 0], FRC: [0, MINUS_3_DB, 0, 0, 0, 0] },
  ...{ BL: [0, 0, 0, 0, 1, 0], SL: [0, 0, 0, 0, 1, 0], BR: [0, 0, 0, 0, 0, 1], SR: [0, 0, 0, 0, 0, 1] },
  BC: [0, 0, 0, 0, MINUS_3_DB, MINUS_3_DB],
};

/** Undefined where nothing is to be mixed: stereo stays as it is. One channel is heard on both sides, as loud as it was. */
export function planStereoMix(channels: number, layout: string | undefined): ChannelMix | undefined {
  const name = knownLayout(channels, layout) ?? USUAL_LAYOUTS[channels];
  if (name === 'stereo') return undefined;
  if (name === undefined) return { inputLayout: `${channels}c`, gains: normalised([alternating(channels, 0), alternating(channels, 1)]) };
  return { inputLayout: name, gains: normalised(gainsOf(positionsOf(name), TO_STEREO, 2)) };
}

/** Undefined for sources of less than 5.1, and for those that do not say which channel is which. */
export function planSurroundMix(channels: number, layout: string | undefined): ChannelMix | undefined {
  const name = knownLayout(channels, layout);
  if (name === undefined || channels < 6) return undefined;
  const positions = positionsOf(name);
  const has = (...wanted: string[]): boolean => wanted.some((position) => positions.includes(position));
  if (!has('FC') || !has('LFE') || !has('SL', 'BL', 'BC')) return undefined;
  return { inputLayout: name, gains: normalised(gainsOf(positions, TO_SURROUND, 6)) };
}

function knownLayout(channels: number, layout: string | undefined): string | undefined {
  return layout !== undefined && LAYOUTS[layout] !== undefined && positionsOf(layout).length === channels ? layout : undefined;
}

function positionsOf(layout: string): string[] {
  return LAYOUTS[layout]?.split(' ') ?? [];
}

function gainsOf(positions: readonly string[], table: Readonly<Record<string, readonly number[]>>, outputs: number): number[][] {
  return Array.from({ length: outputs }, (_, output) => positions.map((position) => table[position]?.[output] ?? 0));
}

function alternating(channels: number, side: number): number[] {
  return Array.from({ length: channels }, (_, channel) => (channel % 2 === side ? 1 : 0));
}

/** All by one factor, so that the balance stays: the largest row adds up to 1. Four decimals, rounded down. */
function normalised(gains: readonly number[][]): number[][] {
  const largest = Math.max(...gains.map((row) => row.reduce((sum, gain) => sum + gain, 0)));
  return gains.map((row) => row.map((gain) => Math.floor((gain / largest) * 10_000 + 1e-6) / 10_000));
}
