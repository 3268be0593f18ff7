import { BlockList, isIP } from 'node:net';

/** Whether an address is that of a proxy of ours, whose word about its client counts. */
export type IsTrustedProxy = (address: string) => boolean;

/** What people write for whole groups of networks. */
const NAMED_NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Undefined where one of them is no address, network (`10.0.0.0/8`) or name. */
export function parseTrustedProxies(names: readonly string[]): IsTrustedProxy | undefined {
  const trusted = new BlockList();
  for (const network of names.flatMap((name) => NAMED_NETWORKS[name] ?? [name])) {
    const [address = '', prefix, more] = network.split('/');
    const family = isIP(address);
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
    if (family === 0 || more !== undefined || prefix === '' || !Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) {
      return undefined;
    }
    trusted.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && trusted.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
  };
}

/**
 * Who asks: the last address in X-Forwarded-For that no proxy of ours has. What stands before it may be invented by the client.
 * What is no address ends the search: the proxy that passed it on is the last that is known.
 */
export function clientAddress(remoteAddress: string, forwardedFor: string | undefined, isTrusted: IsTrustedProxy): string {
  let known = plainAddress(remoteAddress);
  for (const hop of (forwardedFor ?? '').split(',').reverse()) {
    const address = plainAddress(hop.trim());
    if (!isTrusted(known) || isIP(address) === 0) return known;
    known = address;
  }
  return known;
}

/** What limits count by: an IPv4 address, or the network that one IPv6 subscriber has. */
export function addressGroup(address: string): string {
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array.from({ length: zeros }, () => '0'), ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** This machine: people at it, and proxies before it, which have limits of their own. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || /^127\./.test(plain);
}

/** Of an IPv4 client on an IPv6 socket, the IPv4 address; without a zone. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}
