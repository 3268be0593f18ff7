import type { Request, Response } from 'express';

/** How long a client whose upload was refused may go on sending, so that it reads the answer instead of a broken line. */
const LINGER_MS = 5_000;

/** A client that sends nothing for this long has gone without a word. */
const IDLE_MS = 120_000;

/** To be called first, since what is refused before the body is read has a client that goes on sending. */
export function lingerAfterRefusal(req: Request, res: Response): void {
  // Node reads on and discards what comes after the answer: for a while, not for the rest of a film.
  res.once('finish', () => {
    if (req.complete) return;
    const timer = setTimeout(() => req.socket.destroy(), LINGER_MS);
    req.once('close', () => clearTimeout(timer));
  });
}

/** To be called when whatever can be refused by its headers has been. Answers what the client says it sends. */
export function expectBody(req: Request, res: Response): { sizeBytes: number | undefined } {
  // curl has waited for this word with the body.
  if (req.headers.expect !== undefined) res.writeContinue();
  req.setTimeout(IDLE_MS, () => req.destroy());
  req.once('end', () => req.setTimeout(0));
  const length = req.headers['content-length'];
  return { sizeBytes: length === undefined ? undefined : Number(length) };
}
