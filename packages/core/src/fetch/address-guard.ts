import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Reachable on the whole internet by its number, and yet a cloud's own: Azure's wire server tells a machine its secrets. */
const metadataServers = new Set(['168.63.129.16']);
const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/** A name that leads to no public address. */
export class PrivateAddress extends Error {}

/**
 * Whether an IP address lies on the public internet: no private, loopback, link-local (where clouds keep their metadata),
 * carrier's, multicast or reserved one, and none of these written as IPv6 (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || metadataServers.has(parsed.toString())) return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicast);
}

/**
 * Whether a URL's host is a number (in any spelling, `URL` has brought it to one) that is not public. No look-up is made for
 * numbers, so that `guardedLookup` never sees them.
 */
export function isPrivateLiteral({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && !isPublicAddress(host);
}

type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for sockets that gives public addresses alone. It runs when the socket connects, and the socket goes to what it
 * gave: a name that changes its address in between gains nothing.
 */
export function guardedLookup(resolve: Resolve = lookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0);
      const open = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = open;
      if (!first) return done(new PrivateAddress(`${host} leads to no public address`), '', 0);
      if (options.all) done(null, open);
      else done(null, first.address, first.family);
    });
  };
}
