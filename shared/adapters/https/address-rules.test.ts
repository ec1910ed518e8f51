import { isPublicAddress } from './address-rules';

test.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '::ffff:8.8.8.8', '172.32.0.1', '192.169.0.1', '100.128.0.1'])(
  '%s is an address of the internet',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ['loopback', '127.0.0.1'],
  ['loopback, all of it', '127.255.255.254'],
  ['loopback of IPv6', '::1'],
  ['loopback, mapped', '::ffff:127.0.0.1'],
  ['loopback, mapped, in hexadecimal', '::ffff:7f00:1'],
  ['loopback, in the old compatible form', '::7f00:1'],
  ['loopback behind a translator', '64:ff9b::7f00:1'],
  ['loopback behind a local translator', '64:ff9b:1::7f00:1'],
  ['private through 6to4', '2002:0a00:0001::1'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['private', '10.0.0.1'],
  ['private', '172.16.0.1'],
  ['private', '172.31.255.255'],
  ['private', '192.168.1.1'],
  ['private, mapped', '::ffff:10.0.0.1'],
  ['shared by carriers', '100.64.0.1'],
  ['metadata of a cloud in the shared range', '100.100.100.200'],
  ['link-local', '169.254.0.1'],
  ['metadata', '169.254.169.254'],
  ['credentials of a container', '169.254.170.2'],
  ['metadata, mapped', '::ffff:169.254.169.254'],
  ['metadata over IPv6', 'fd00:ec2::254'],
  ['a cloud’s own services', '168.63.129.16'],
  ['link-local of IPv6', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['unique local', 'fc00::1'],
  ['unique local', 'fd12:3456::1'],
  ['site-local', 'fec0::1'],
  ['this network', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['unspecified', '::'],
  ['broadcast', '255.255.255.255'],
  ['multicast', '224.0.0.1'],
  ['multicast of IPv6', 'ff02::1'],
  ['reserved', '240.0.0.1'],
  ['for benchmarks', '198.18.0.1'],
  ['for documents', '192.0.2.1'],
  ['for documents', '2001:db8::1'],
  ['no address', 'localhost'],
  ['nothing', ''],
])('%s is not: %s', (_, address) => {
  expect(isPublicAddress(address)).toBe(false);
});
