import { describe, expect, test } from 'vitest';
import { guardedLookup, isPrivateLiteral, isPublicAddress } from './address-guard.ts';

describe('isPublicAddress', () => {
  test.each(['93.184.215.14', '8.8.8.8', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    ...[
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '100.100.100.200',
      '127.0.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '192.0.2.1',
    ],
    ...['192.168.1.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::7f00:1'],
    ...['2002:7f00:1::', '2001::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', '2001:db8::1', 'x'],
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

test.each([
  'http://2130706433/',
  'http://0x7f.1/',
  'http://[::ffff:127.0.0.1]/',
  'http://127.1/',
  'http://0177.0.0.1/',
])('%s is told as a private number', (url) => {
  expect(isPrivateLiteral(new URL(url))).toBe(true);
  expect(isPrivateLiteral(new URL('http://example.com/'))).toBe(false);
});

describe('guardedLookup', () => {
  const answers = (...addresses: string[]) =>
    guardedLookup((_host, _options, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    );
  const ask = (lookup: ReturnType<typeof guardedLookup>, all: boolean) =>
    new Promise((resolve, reject) => {
      lookup('a.example', { all }, (error, address) => (error ? reject(error) : resolve(address)));
    });

  test('gives the public ones of several addresses', async () => {
    const lookup = answers('10.0.0.1', '8.8.8.8', '::1');
    expect(await ask(lookup, true)).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await ask(lookup, false)).toBe('8.8.8.8');
  });

  test('refuses a name that changes to a private address between two look-ups', async () => {
    const turns = ['8.8.8.8', '127.0.0.1'];
    const lookup = guardedLookup((_host, _options, done) => done(null, [{ address: turns.shift()!, family: 4 }]));
    expect(await ask(lookup, false)).toBe('8.8.8.8');
    await expect(ask(lookup, false)).rejects.toThrow('no public address');
  });
});
