import type { LookupAddress } from 'node:dns';
import { lookup as lookupInDns } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './address-rules';
import { CallRefused } from './call-faults';

/** Name to addresses; DNS unless a test gives another. */
export type Resolve = (
  hostname: string,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export const resolveInDns: Resolve = (hostname, done) => lookupInDns(hostname, { all: true }, done);

/**
 * A lookup for sockets that gives public addresses only. It is asked by the socket itself and what it gives is what the socket
 * connects to, so a name that resolves to something else a moment later gains nothing. One address that is not public
 * refuses the whole name: such a name is not what it says it is.
 */
export function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, (error, addresses) => {
      if (error) return done(error, '', 0);
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
        return done(new CallRefused(`${hostname} is not at a public address`), '', 0);
      if (options.all) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
}

/** For a host that stands in a URL as an address: sockets look nothing up then. */
export function isRefusedLiteral(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) !== 0 && !isPublicAddress(bare);
}
