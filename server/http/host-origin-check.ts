import { isIP } from 'node:net';

export interface HostRules {
  /** The address that the server listens on. */
  host: string;
  /** Further names, without ports. */
  allowedHosts: readonly string[];
  /** Where people reach it, if that is another place. */
  baseUrl?: string | undefined;
}

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * Whether a request's Host is one of ours. A page of a stranger that makes its own name resolve to this machine (DNS
 * rebinding) is the same origin to the browser, and is known only by the name it still sends here.
 */
export function isHostAllowed(hostHeader: string | undefined, rules: HostRules): boolean {
  const name = parseHostName(hostHeader);
  if (name === undefined) return false;
  if (LOOPBACK_NAMES.has(name) || name.endsWith('.localhost') || name === rules.host.toLowerCase()) return true;
  if (rules.baseUrl !== undefined && parseHostName(new URL(rules.baseUrl).host) === name) return true;
  if (rules.allowedHosts.some((allowed) => allowed.toLowerCase() === name)) return true;
  // A server that is open to the network is reached by its addresses, and no rebinding ever shows an address.
  return !LOOPBACK_NAMES.has(rules.host) && isIP(name) !== 0;
}

/** Whether a request that changes something comes from our own pages, or from no page at all (curl, scripts). */
export function isOriginAllowed(originHeader: string | undefined, hostHeader: string | undefined, baseUrl?: string): boolean {
  if (originHeader === undefined) return true;
  if (baseUrl !== undefined && originHeader === new URL(baseUrl).origin) return true;
  const origin = parseHttpUrl(originHeader);
  const host = parseHttpUrl(`${origin?.protocol}//${hostHeader}`);
  // The scheme is not compared: behind a proxy the page's is https and ours http.
  return origin !== undefined && origin.host === host?.host;
}

/** The name or address in a Host header, in lower case, without port and brackets. */
function parseHostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+))(?::\d+)?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}

function parseHttpUrl(text: string): URL | undefined {
  return /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
