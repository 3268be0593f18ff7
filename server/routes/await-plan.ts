import type { Response } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import type { Plan } from '../../pipeline/model/plan.ts';
import { startWaiting, type WaitLimits } from '../http/waiting.ts';
import type { Services } from '../services.ts';
import { waitForPlan } from '../wait-for-plan.ts';

/**
 * The plan of a title, waited for where it is not planned yet. Undefined when the client has gone meanwhile.
 *
 * @throws AppError `not_found`, `not_ready`
 */
export async function awaitPlan(services: Services, titleId: string, res: Response, limits: WaitLimits): Promise<Plan | undefined> {
  const waiting = startWaiting(res, limits);
  const plan = await waitForPlan(services, titleId, waiting.signal);
  if (waiting.isClientGone()) return undefined;
  if (plan === undefined) throw await explainMissingPlan(services, titleId);
  return plan;
}

/** Why a title has nothing to play. */
export async function explainMissingPlan({ catalogue }: Services, titleId: string): Promise<AppError> {
  const title = await catalogue.getTitle(titleId);
  if (title === undefined) return new AppError('not_found', 'There is no such title.');
  if (title.state !== 'failed') {
    return new AppError('not_ready', 'This title is still being looked at. Ask again in a moment.', { retryable: true });
  }
  return new AppError('not_found', `This title cannot be played: ${title.record.error?.message ?? 'it failed'}`);
}
