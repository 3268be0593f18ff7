/** A packet as ffprobe's compact writer prints it; times in the stream's own time base. */
export interface PacketLine {
  streamIndex: number;
  pts?: number;
  dts?: number;
  duration?: number;
  isKeyframe: boolean;
  /** Only there to be decoded: an edit list takes it off the presentation. */
  isDiscarded: boolean;
}

/**
 * Parses e.g. `packet|stream_index=0|pts=90|dts=60|duration=30|flags=K_|side_data|…`; unknown times (`N/A`) are absent.
 * Undefined for other lines: side data puts blank ones between.
 */
export function parsePacketLine(line: string): PacketLine | undefined {
  if (!line.startsWith('packet|')) return undefined;
  const packet: PacketLine = { streamIndex: -1, isKeyframe: false, isDiscarded: false };
  for (const field of line.split('|')) {
    if (field === 'side_data') break;
    const at = field.indexOf('=');
    if (at < 0) continue;
    const value = field.slice(at + 1);
    const key = field.slice(0, at);
    if (key === 'flags') {
      packet.isKeyframe = value.includes('K');
      packet.isDiscarded = value.includes('D');
      continue;
    }
    const number = Number.parseInt(value, 10);
    if (!Number.isSafeInteger(number)) continue;
    if (key === 'stream_index') packet.streamIndex = number;
    else if (key === 'pts' || key === 'dts' || key === 'duration') packet[key] = number;
  }
  return packet.streamIndex < 0 ? undefined : packet;
}
