import { open } from 'node:fs/promises';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import { readBytes } from '../read-bytes.ts';

/** MPEG-TS packets; those of Blu-ray have a time in front, those of some broadcasts a checksum behind (ISO/IEC 13818-1 2.4.3.2). */
const PACKET_BYTES = [188, 192, 204];
const SYNC_BYTE = 0x47;
/** The clock's base counts 90 kHz in 33 bits: it begins anew after 26 hours by itself. */
const CLOCK_WRAP = 2 ** 33;
/** Places of a file that are looked at. */
const LOOKS = 64;
/** A clock reference comes every tenth of a second (2.7.2): of the fastest broadcast within this. */
const LOOK_BYTES = 512 * 1024;

/** How often the clock of a transport stream begins anew, as where recordings were put one behind the other; at a few dozen places of the file. */
export async function countClockRestarts(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const times: number[] = [];
    let pid: number | undefined;
    for (let look = 0; look < LOOKS; look++) {
      const clock = findClock(await readBytes(file, Math.floor((size * look) / LOOKS), LOOK_BYTES), pid);
      pid ??= clock?.pid;
      if (clock) times.push(clock.ticks);
    }
    return countRestarts(times);
  } finally {
    await file.close();
  }
}

/** Pure. `ticks`: a 90 kHz clock of 33 bits, read at one place after the other. */
export function countRestarts(ticks: readonly number[]): number {
  return ticks.slice(1).filter((time, index) => {
    const stepTicks = (time - ticks[index]! + CLOCK_WRAP) % CLOCK_WRAP;
    // Backwards, by more than what splices are off by.
    return stepTicks > CLOCK_WRAP / 2 && CLOCK_WRAP - stepTicks > VIDEO_TIMESCALE;
  }).length;
}

interface Clock {
  pid: number;
  ticks: number;
}

/** Pure. The first clock reference (2.4.3.5) of a stream of packets that begins anywhere; of one PID, where it is stated. */
export function findClock(bytes: Uint8Array, pid?: number): Clock | undefined {
  const found = findPackets(bytes);
  if (!found) return undefined;
  for (let at = found.start; at + 12 <= bytes.length; at += found.stride) {
    if (bytes[at] !== SYNC_BYTE) return undefined;
    const packetPid = ((bytes[at + 1]! & 0x1f) << 8) | bytes[at + 2]!;
    const hasClock = (bytes[at + 3]! & 0x20) !== 0 && bytes[at + 4]! >= 7 && (bytes[at + 5]! & 0x10) !== 0;
    if (!hasClock || (pid !== undefined && packetPid !== pid)) continue;
    const high = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 6);
    return { pid: packetPid, ticks: high * 2 + (bytes[at + 10]! >> 7) };
  }
  return undefined;
}

/** Where a few packets begin at the same distance. */
function findPackets(bytes: Uint8Array): { start: number; stride: number } | undefined {
  for (const stride of PACKET_BYTES) {
    for (let start = 0; start < stride; start++) {
      if ([0, 1, 2, 3, 4].every((packet) => bytes[start + packet * stride] === SYNC_BYTE)) return { start, stride };
    }
  }
  return undefined;
}
