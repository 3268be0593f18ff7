import type { FileHandle } from 'node:fs/promises';

/** The bytes at a place of a file: as many as there are, `length` at the most. Throws what the file system does. */
export async function readBytes(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
