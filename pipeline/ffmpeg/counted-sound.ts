import type { AudioStreamInfo, SourceInfo } from '../model/source-info.ts';
import { rescale, type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { packetArgs } from './ffprobe-command.ts';
import { readOggLinks } from './ogg-links.ts';
import { type PacketLine, parsePacketLine } from './packet-line.ts';
import { type FfprobeOptions, readFfprobeLines } from './run-ffprobe.ts';
import type { StreamHead } from './stream-extent.ts';
import { toTicks } from './stream-extent.ts';
import { canBeUnpacked } from './unpack-sounds.ts';

/** A clock that runs at less than this share of what is heard is none. */
const SLOWEST_CLOCK = 0.5;
/** Where every step of the clock is so many times what is heard in it, there are no gaps: either frames are not heard, or it runs too fast. */
const FASTEST_CLOCK = 1.5;
const FEWEST_FRAMES = 3;

/**
 * Finds the sounds whose times cannot be believed: clocks that hardly run (AVI with a false sample size) or run too fast, and Ogg whose
 * clock begins anew with each link. Their samples are counted instead, and their true end is found by reading all packets. Finds too
 * those of which a decoder would give the first frame of each packet only.
 */
export async function countUnclockedSound(
  path: string,
  info: SourceInfo,
  heads: ReadonlyMap<number, StreamHead>,
  options: FfprobeOptions,
): Promise<SourceInfo> {
  const [only, ...others] = info.audio;
  const links = info.formatNames.includes('ogg') ? await readOggLinks(path) : undefined;
  if (links) {
    const isSound = only !== undefined && others.length === 0 && !info.video;
    return isSound && links.isUniform ? countChain(path, info, only, options) : { ...info, linksLeftOut: links.count - 1 };
  }
  const isAlone = !info.video && others.length === 0;
  const audio: AudioStreamInfo[] = [];
  for (const track of info.audio) audio.push(await countTrack(path, track, heads.get(track.index), isAlone, options));
  return { ...info, audio };
}

async function countTrack(
  path: string,
  track: AudioStreamInfo,
  head: StreamHead | undefined,
  isAlone: boolean,
  options: FfprobeOptions,
): Promise<AudioStreamInfo> {
  const isHastened = isHalfHeard(track, head);
  if (isHastened && canBeUnpacked(track)) return { ...track, isPacked: true, isCounted: true };
  // Beside a picture, a clock that runs too fast still keeps to it.
  return isUnclocked(track, head) || (isHastened && isAlone) ? countPackets(path, track, options) : track;
}

async function countChain(path: string, info: SourceInfo, track: AudioStreamInfo, options: FfprobeOptions): Promise<SourceInfo> {
  const runs = createRunMeter();
  await readPackets(path, track, options, runs.push);
  const endTicks = track.startTicks + toTicks(runs.total(), track.timeBase);
  return { ...info, audio: [{ ...track, isCounted: true, endTicks: Math.max(track.endTicks, endTicks) }] };
}

function isHalfHeard({ sampleRate, timeBase }: AudioStreamInfo, head: StreamHead | undefined): boolean {
  if (!head || !areAllTimed(head)) return false;
  return head.framePts.slice(1).every((pts, index) => {
    const heard = rescale(head.frameSamples[index] ?? 0, sampleRate, VIDEO_TIMESCALE);
    return toTicks(pts - (head.framePts[index] as number), timeBase) > FASTEST_CLOCK * heard;
  });
}

/** Where several frames come out of one packet, only the first has a time. */
function areAllTimed({ frames, framePts }: StreamHead): boolean {
  return frames >= FEWEST_FRAMES && framePts.length >= frames;
}

function isUnclocked({ sampleRate, timeBase }: AudioStreamInfo, head: StreamHead | undefined): boolean {
  const first = head?.framePts[0];
  const last = head?.framePts.at(-1);
  if (!head || first === undefined || last === undefined || !areAllTimed(head)) return false;
  const heard = head.frameSamples.slice(0, -1).reduce((sum, samples) => sum + samples, 0);
  return toTicks(last - first, timeBase) < SLOWEST_CLOCK * rescale(heard, sampleRate, VIDEO_TIMESCALE);
}

async function countPackets(path: string, track: AudioStreamInfo, options: FfprobeOptions): Promise<AudioStreamInfo> {
  let packets = 0;
  await readPackets(path, track, options, () => {
    packets += 1;
  });
  const endTicks: Ticks = track.startTicks + rescale(packets * track.frameSamples, track.sampleRate, VIDEO_TIMESCALE);
  return { ...track, isCounted: true, endTicks };
}

async function readPackets(
  path: string,
  { index }: AudioStreamInfo,
  options: FfprobeOptions,
  onPacket: (packet: PacketLine) => void,
): Promise<void> {
  await readFfprobeLines(path, packetArgs({}, index), options, (line) => {
    const packet = parsePacketLine(line);
    if (packet) onPacket(packet);
  });
}

/** Adds up the stretches in which times run forward; what lies before a link's zero is its priming. */
function createRunMeter(): { push(packet: PacketLine): void; total(): number } {
  let before = 0;
  let end = 0;
  return {
    push({ pts, duration = 0 }) {
      if (pts === undefined) return;
      if (pts < end - LONGEST_OVERLAP) {
        before += end;
        end = 0;
      }
      end = Math.max(end, pts + (duration < LONGEST_PACKET ? duration : 0));
    },
    total: () => before + end,
  };
}

/** In samples: less is no new link, more is no duration. */
const LONGEST_OVERLAP = 10_000;
const LONGEST_PACKET = 100_000;
