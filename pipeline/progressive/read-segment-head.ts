import { BoxError, readBoxHeader } from '../model/mp4/box.ts';
import { type Fragment, parseMoof } from '../model/mp4/fragment.ts';
import type { SegmentStore } from '../storage/segment-store.ts';

/** A stored segment as it was when its boxes were read: another file under its name is another segment. */
export interface SegmentHead {
  sizeBytes: number;
  modifiedAtMs: number;
  /** `dataOffset`s are places in the file. */
  fragments: Fragment[];
}

/** The boxes of four seconds at 60 frames a second. */
const HEAD_BYTES = 4096;
/** No segment has more: what states it is no segment of ours. */
const MOST_MOOF_BYTES = 8 * 1024 * 1024;

/** The fragments of a stored segment, without reading its samples; undefined where it is not stored. Throws BoxError. */
export async function readSegmentHead(
  store: Pick<SegmentStore, 'statFile' | 'readFile'>,
  titleId: string,
  renditionId: string,
  segment: number,
): Promise<SegmentHead | undefined> {
  const fileName = `${segment}.m4s`;
  const file = await store.statFile(titleId, renditionId, fileName);
  if (!file) return undefined;
  const fragments: Fragment[] = [];
  let bytes: Uint8Array = new Uint8Array();
  let bytesStart = 0;
  const readFrom = async (start: number, length: number): Promise<boolean> => {
    const end = Math.min(file.sizeBytes, start + length) - 1;
    const read = await store.readFile(titleId, renditionId, fileName, { start, end });
    if (!read) return false;
    bytes = read;
    bytesStart = start;
    return true;
  };
  for (let offset = 0; offset < file.sizeBytes; ) {
    let found = readBoxHeader(bytes, offset - bytesStart);
    if (!found || (found.type === 'moof' && found.end > bytes.length)) {
      const moofBytes = found ? found.end - found.start : 0;
      if (moofBytes > MOST_MOOF_BYTES) throw new BoxError(`A fragment's boxes take ${moofBytes} bytes`, offset);
      if (!(await readFrom(offset, Math.max(HEAD_BYTES, moofBytes)))) return undefined;
      found = readBoxHeader(bytes, 0);
      if (!found) throw new BoxError('A box header is cut off', offset);
      if (found.type === 'moof' && found.end > bytes.length) {
        if (found.end > MOST_MOOF_BYTES || offset + found.end > file.sizeBytes) throw new BoxError('A fragment is cut off', offset);
        continue;
      }
    }
    if (found.type === 'moof') fragments.push(shift(parseMoof(bytes, found), bytesStart));
    offset += found.end - found.start;
    if (offset > file.sizeBytes) throw new BoxError(`Box '${found.type}' reaches past its file`, offset);
  }
  return { ...file, fragments };
}

function shift(fragment: Fragment, by: number): Fragment {
  for (const sample of fragment.samples) sample.dataOffset += by;
  return fragment;
}
