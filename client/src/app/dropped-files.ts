/** Sent last, so that their films are there. */
const SUBTITLE_NAME = /\.(srt|vtt|ass|ssa|smi|sami)$/i;

/** Of a dropped folder only these are taken, and subtitles; a file that is dropped by itself is always tried. */
const MEDIA_NAME =
  /\.(3gp|aac|aif|aiff|avi|flac|flv|m2ts|m4a|m4v|mka|mkv|mov|mp3|mp4|mpeg|mpg|mts|mxf|oga|ogg|ogv|opus|ts|vob|wav|webm|wma|wmv)$/i;

/** The files of a drop, those in dropped folders included. Must be called within the drop event. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].filter((item) => item.kind === 'file').map((item) => item.webkitGetAsEntry());
  // Entries are missing for files that are not from a disk, an image dragged from a page for one.
  if (entries.some((entry) => entry === null)) return [...transfer.files];
  const files = (await Promise.all(entries.map((entry) => filesOf(entry!, true)))).flat();
  return files.sort((a, b) => Number(SUBTITLE_NAME.test(a.name)) - Number(SUBTITLE_NAME.test(b.name)));
}

async function filesOf(entry: FileSystemEntry, isDroppedItself: boolean): Promise<File[]> {
  if (entry.isFile) {
    if (!isDroppedItself && (!isTaken(entry.name) || entry.name.startsWith('.'))) return [];
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // A reader answers a hundred at a time, and nothing when it is through.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return files;
    for (const child of batch) files.push(...(await filesOf(child, false)));
  }
}

function isTaken(name: string): boolean {
  return MEDIA_NAME.test(name) || SUBTITLE_NAME.test(name);
}
