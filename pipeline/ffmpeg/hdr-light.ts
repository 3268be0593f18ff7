import type { Chromaticity, HdrLight } from '../model/source-info.ts';
import type { ProbedSideData } from './probe-document.ts';

/** Units of SMPTE ST 2086. */
const CHROMATICITY_UNITS = 50_000;
const LUMINANCE_UNITS = 10_000;

/** Static HDR metadata from ffprobe's side data; undefined where there is none that is whole. */
export function parseHdrLight(display: ProbedSideData | undefined, light: ProbedSideData | undefined): HdrLight | undefined {
  const mastering = display && parseMastering(display);
  const content = light?.max_content ? { maxCll: light.max_content, maxFall: light.max_average ?? 0 } : undefined;
  if (!mastering && !content) return undefined;
  return { ...(mastering ? { mastering } : {}), ...(content ? { content } : {}) };
}

function parseMastering(data: ProbedSideData): HdrLight['mastering'] {
  const point = (x: string | undefined, y: string | undefined): Chromaticity => [
    inUnits(x, CHROMATICITY_UNITS),
    inUnits(y, CHROMATICITY_UNITS),
  ];
  const mastering = {
    red: point(data.red_x, data.red_y),
    green: point(data.green_x, data.green_y),
    blue: point(data.blue_x, data.blue_y),
    white: point(data.white_point_x, data.white_point_y),
    maxLuminance: inUnits(data.max_luminance, LUMINANCE_UNITS),
    minLuminance: inUnits(data.min_luminance, LUMINANCE_UNITS),
  };
  const isWhole = Object.values(mastering)
    .flat()
    .every((value) => Number.isFinite(value));
  return isWhole && mastering.maxLuminance > 0 ? mastering : undefined;
}

/** Of a fraction; NaN for what is none, or does not fit into the box. */
function inUnits(text: string | undefined, units: number): number {
  const [, num, den] = /^(\d+)\/(\d+)$/.exec(text ?? '') ?? [];
  const value = Math.round((Number(num) / Number(den)) * units);
  return value <= (units === CHROMATICITY_UNITS ? 0xffff : 0xffffffff) ? value : Number.NaN;
}
