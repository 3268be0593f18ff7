import type { IncomingMessage } from 'node:http';

/** Whether a request may have what belongs to a title. Asked first, before anything is looked up or answered from memory. */
export type MayRead = (req: IncomingMessage, titleId: string) => boolean;

/** All titles are public. */
export const everybodyMayRead: MayRead = () => true;
