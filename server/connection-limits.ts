import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createAddressCounter } from './http/address-counter.ts';
import { addressGroup, type IsTrustedProxy, isLoopback } from './http/client-address.ts';

export interface ConnectionLimits {
  isTrustedProxy: IsTrustedProxy;
  /** All together. */
  connections: number;
  /** Of one address; 0 for no limit. */
  connectionsPerAddress: number;
}

/** Takes no more connections than that; those of proxies of ours and of this machine count for all together only. */
export function limitConnections(server: Server, { isTrustedProxy, connections, connectionsPerAddress }: ConnectionLimits): void {
  const open = createAddressCounter(connectionsPerAddress);
  server.maxConnections = connections;
  server.prependListener('connection', (socket: Socket) => {
    const { remoteAddress } = socket;
    // Gone before it was looked at.
    if (remoteAddress === undefined || isLoopback(remoteAddress) || isTrustedProxy(remoteAddress)) return;
    const group = addressGroup(remoteAddress);
    if (open.take(group)) socket.once('close', () => open.leave(group));
    else socket.destroy();
  });
}
