/** Thrown by the playlist parser: says what is wrong and on which line, counted from 1. */
export class PlaylistError extends Error {
  override readonly name = 'PlaylistError';
  readonly line: number;

  constructor(message: string, line: number) {
    super(`Line ${line}: ${message}`);
    this.line = line;
  }
}
