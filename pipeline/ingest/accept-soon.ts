import { AppError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';

/**
 * As `accept`, for what was added together with something that it waits for (`not_ready`): subtitles beside a film that is still
 * being looked at. Tried again with every title that is planned, until `patience` ends; then the last error stands.
 */
export async function acceptSoon<T>(accept: () => Promise<T>, bus: Pick<EventBus, 'subscribe'>, patience: AbortSignal): Promise<T> {
  for (;;) {
    let endWait = (): void => {};
    // Listening before trying: no plan falls between the two.
    const planned = new Promise<void>((resolve) => {
      const unsubscribe = bus.subscribe((event) => event.type === 'plan' && resolve());
      const giveUp = (): void => resolve();
      patience.addEventListener('abort', giveUp, { once: true });
      endWait = () => {
        unsubscribe();
        patience.removeEventListener('abort', giveUp);
      };
    });
    try {
      return await accept();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'not_ready' || patience.aborted) throw error;
      await planned;
    } finally {
      endWait();
    }
  }
}
