import type { Request } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import type { StreamWish } from '../../pipeline/model/progressive/choose-renditions.ts';
import { isRenditionId, isTitleId, parseSegmentName } from '../../pipeline/storage/stored-names.ts';

/** What a request may name: exactly what the store may hold. Everything else is nothing we have. */

/** @throws AppError `not_found` */
export function checkTitleId(value: unknown): string {
  if (typeof value === 'string' && isTitleId(value)) return value;
  throw new AppError('not_found', 'There is no such title.');
}

/** @throws AppError `not_found` */
export function checkRenditionId(value: unknown): string {
  if (typeof value === 'string' && isRenditionId(value)) return value;
  throw new AppError('not_found', 'There is no such rendition.');
}

/** The number of a subtitle segment, `<n>.vtt`. @throws AppError `not_found` */
export function checkSubtitleSegment(number: unknown): number {
  const segment = parseSegmentName(`${String(number)}.m4s`);
  if (segment !== undefined) return segment;
  throw new AppError('not_found', 'There is no such segment: they are numbered from 0 on.');
}

/** The file of a segment. @throws AppError `not_found` */
export function checkSegmentName(number: unknown): string {
  const name = `${String(number)}.m4s`;
  if (parseSegmentName(name) !== undefined) return name;
  throw new AppError('not_found', 'There is no such segment: they are numbered from 0 on.');
}

/** Which rung and sound a progressive stream is wanted of. @throws AppError `rendition_unknown` */
export function readWish({ query }: Request): StreamWish {
  const { quality, rendition, audio } = query;
  for (const value of [quality, rendition, audio]) {
    if (value !== undefined && typeof value !== 'string')
      throw new AppError('rendition_unknown', 'Ask for one quality and one sound track.');
  }
  return { quality, rendition, audio } as StreamWish;
}
