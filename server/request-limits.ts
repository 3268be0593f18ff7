import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AppError } from '../pipeline/errors.ts';
import { createAddressCounter } from './http/address-counter.ts';
import { addressGroup, clientAddress, type IsTrustedProxy, isLoopback } from './http/client-address.ts';
import { writeProblem } from './http/problem.ts';

export interface RequestLimits {
  isTrustedProxy: IsTrustedProxy;
  /** Requests of one address under way at once; 0 for no limit. */
  requestsPerAddress: number;
}

/**
 * Holds an address to so many requests at a time of those that take time: waits for segments, uploads, events. What is answered from
 * memory needs no such limit.
 */
export function limitRequests({ isTrustedProxy, requestsPerAddress }: RequestLimits, next: RequestListener): RequestListener {
  const underWay = createAddressCounter(requestsPerAddress);
  return (req: IncomingMessage, res: ServerResponse & { req: IncomingMessage }) => {
    const forwardedFor = req.headers['x-forwarded-for'] as string | undefined;
    const address = clientAddress(req.socket.remoteAddress ?? '', forwardedFor, isTrustedProxy);
    const group = addressGroup(address);
    if (isLoopback(address)) next(req, res);
    else if (underWay.take(group)) {
      res.once('close', () => underWay.leave(group));
      next(req, res);
    } else
      writeProblem(res, new AppError('too_many_requests', 'Too much is being asked from this address at once. Try again in a moment.'));
  };
}
