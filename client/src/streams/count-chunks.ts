export interface ChunkCount {
  chunks: number;
  bytes: number;
}

/** Reads a stream to its end, or the signal's, and keeps nothing of it; tells how much has come. */
export async function countChunks(url: string, onChunk: (count: ChunkCount) => void, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) throw new Error(`${response.status}`);
  const reader = response.body.getReader();
  let count: ChunkCount = { chunks: 0, bytes: 0 };
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    count = { chunks: count.chunks + 1, bytes: count.bytes + value.length };
    onChunk(count);
  }
}
