import type { Request } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import type { AudioRenditionPlan, Plan, RenditionPlan, VideoRenditionPlan } from '../../pipeline/model/plan.ts';
import { type Choice, chooseRung, chooseSound } from '../../pipeline/model/progressive/choose-renditions.ts';
import { readWish } from './params.ts';

/** The rung that a request asks for; undefined where the title has no picture. @throws AppError `rendition_unknown` */
export function wishedRung(plan: Plan, req: Request, isComplete: (rendition: RenditionPlan) => boolean): VideoRenditionPlan | undefined {
  return orProblem(chooseRung(plan, readWish(req), isComplete), 'There is no such quality. The title says which there are.');
}

/** The sound that a request asks for; undefined where the title has none. @throws AppError `rendition_unknown` */
export function wishedSound(plan: Plan, req: Request): AudioRenditionPlan | undefined {
  return orProblem(chooseSound(plan, readWish(req)), 'There is no such sound track. The title says which there are.');
}

function orProblem<Chosen>(choice: Choice<Chosen>, message: string): Chosen | undefined {
  if (choice.kind === 'unknown') throw new AppError('rendition_unknown', message);
  return choice.kind === 'chosen' ? choice.rendition : undefined;
}
