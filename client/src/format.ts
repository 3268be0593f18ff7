/** Numbers as people read them. Pure. */

/** `1:42:07`, `3:05`, `0:04`; a dash where it is not known. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  if (whole >= 3600) parts.unshift(Math.floor(whole / 3600));
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** `1 h 42 min`, `3 min 5 s`: for screen readers, which read `1:42:07` as a time of day. */
export function formatDurationWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** Decimal units, as disks and file managers have them: `734 MB`, `4.2 GB`. */
export function formatBytes(bytes: number): string {
  return withUnit(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** `6.2 Mb/s`. */
export function formatBitrate(bitsPerSecond: number): string {
  return withUnit(bitsPerSecond, ['b/s', 'kb/s', 'Mb/s', 'Gb/s']);
}

/** Whole per cent, which is 100 only when nothing is missing. */
export function formatPercent(share: number): string {
  const percent = share >= 1 ? 100 : Math.min(99, Math.max(0, Math.floor(share * 100)));
  return `${percent} %`;
}

/** What people call a rung: its shorter side, as in `1080p`, for portrait pictures too. */
export function rungName(size: { width?: number; height?: number }): string {
  const side = Math.min(size.width || Number.POSITIVE_INFINITY, size.height || Number.POSITIVE_INFINITY);
  return Number.isFinite(side) ? `${side}p` : '–';
}

/** What a picture in another codec than H.264 is called beside its size: `HEVC`, `AV1`; `undefined` for H.264 and where nothing is known. */
export function codecName(codecs: string | undefined): string | undefined {
  return codecs === undefined ? undefined : CODEC_NAMES.get(codecs.slice(0, 4));
}

const CODEC_NAMES = new Map([
  ['hvc1', 'HEVC'],
  ['av01', 'AV1'],
]);

function withUnit(value: number, units: readonly string[]): string {
  let scaled = Math.max(0, value);
  let step = 0;
  // 999.5 would be written as 1000 of the smaller unit.
  while (scaled >= 999.5 && step < units.length - 1) {
    scaled /= 1000;
    step += 1;
  }
  const digits = step === 0 || scaled >= 99.95 ? 0 : 1;
  return `${scaled.toFixed(digits)} ${units[step]}`;
}
