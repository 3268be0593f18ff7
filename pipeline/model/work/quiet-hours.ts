/** Daily hours without background work, in minutes after midnight; past midnight where the end comes before the start. */
export interface QuietHours {
  startMinute: number;
  endMinute: number;
}

/** `22:00-07:30`. Undefined when it is none. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const [, startHour, startRest, endHour, endRest] = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  if (startHour === undefined) return undefined;
  const hours = { startMinute: Number(startHour) * 60 + Number(startRest), endMinute: Number(endHour) * 60 + Number(endRest) };
  return hours.startMinute === hours.endMinute ? undefined : hours;
}

export function isQuiet({ startMinute, endMinute }: QuietHours, minuteOfDay: number): boolean {
  const isAfterStart = minuteOfDay >= startMinute;
  const isBeforeEnd = minuteOfDay < endMinute;
  return startMinute < endMinute ? isAfterStart && isBeforeEnd : isAfterStart || isBeforeEnd;
}
