import ipaddr from 'ipaddr.js';

/**
 * Is this address one of the public internet? Private, loopback, link-local (with the metadata services of clouds), shared,
 * reserved, multicast and tunnelling ranges are not, in IPv4, IPv6 and IPv4 written as IPv6; nor is what is no address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return !HELD_BACK.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
}

/** Public by their range, and yet not of the internet. */
const HELD_BACK = [
  // Benchmarks of network devices, RFC 2544.
  '198.18.0.0/15',
  // A cloud's own services, seen from its machines.
  '168.63.129.16/32',
  // IPv4 written as IPv6 in the way that RFC 4291 gave up, and in the ways that translators use.
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
].map((range) => ipaddr.parseCIDR(range));
