/** One report of ffmpeg's `-progress`. */
export interface FfmpegProgress {
  frames: number;
  /** Times real time. */
  speed: number | undefined;
  isEnd: boolean;
}

/** Reads `-progress` reports (`key=value` lines, closed by `progress=continue|end`) as their text arrives. */
export function createProgressReader(onProgress: (progress: FfmpegProgress) => void): (text: string) => void {
  let rest = '';
  let fields = new Map<string, string>();
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const at = line.indexOf('=');
      if (at < 0) continue;
      const key = line.slice(0, at).trim();
      const value = line.slice(at + 1).trim();
      fields.set(key, value);
      if (key !== 'progress') continue;
      const speed = Number.parseFloat(fields.get('speed') ?? '');
      onProgress({ frames: Number(fields.get('frame') ?? 0), speed: Number.isFinite(speed) ? speed : undefined, isEnd: value === 'end' });
      fields = new Map();
    }
  };
}
