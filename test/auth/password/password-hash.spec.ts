import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { pbkdf2Sync } from 'node:crypto';
import { isUsableHash } from '../../../src/auth/password/password-hash.js';
import { PasswordService } from '../../../src/auth/password/password.service.js';
import { PASSWORD, Shop } from '../../support/shop.js';

const SALT = 'c2FsdHNhbHRzYWx0';
const HASH = 'A'.repeat(43);
const argon2 = (settings: string, [salt, digest] = [SALT, HASH]) =>
  `$argon2id$v=19$${settings}$${salt}$${digest}`;
const pbkdf2 = (iterations: number | string) => `pbkdf2_sha256$${iterations}$salt$${HASH}=`;

const UNUSABLE: [what: string, hash: string][] = [
  ['more memory than available', argon2('m=4294967295,t=2,p=1')],
  ['more memory than available, from Django', `argon2${argon2('m=4294967295,t=2,p=8')}`],
  ['200,000 KiB of memory', argon2('m=200000,t=2,p=1')],
  ['10 passes', argon2('m=19456,t=10,p=1')],
  ['17 lanes', argon2('m=19456,t=2,p=17')],
  ['no memory', argon2('m=0,t=2,p=1')],
  ['garbage behind argon2', 'argon2$garbage'],
  ['garbage behind our argon2', '$argon2garbage'],
  ['a short hash', argon2('m=19456,t=2,p=1', [SALT, 'AAAA'])],
  ['base64 that ends within a byte', argon2('m=19456,t=2,p=1', ['AAAAAAAAAAB', 'AAAAAAAAAAAAAAAAAAAAAAB'])],
  ['4,000,000 iterations', pbkdf2(4_000_000)],
  ['more iterations than a number holds', pbkdf2('9'.repeat(30))],
  ['no iterations', pbkdf2(0)],
  ['no number of iterations', pbkdf2('many')],
  ['a PBKDF2 hash that is cut off', 'pbkdf2_sha256$1000$salt$AAAA'],
  ['another function', 'md5$salt$d41d8cd98f00b204e9800998ecf8427e'],
  ['the mark of a user without a password', '!'],
  ['the mark that Django makes', '!pbkdf2_sha256$1000$salt$AAAA'],
  ['nothing', ''],
];

describe('a stored password hash', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const logsInWith = async (passwordHash: string) => {
    const ada = await shop.user();
    await shop.sql('UPDATE users SET password_hash = $2 WHERE id = $1', [ada.id, passwordHash]);
    return shop.guest().sends('POST', '/api/auth/login', { email: ada.email, password: PASSWORD });
  };

  it.each(UNUSABLE)('with %s gets the same answer as a wrong password', async (_, unusable) => {
    expect(await logsInWith(unusable)).toMatchObject({
      status: 401,
      body: { type: '/problems/invalid-credentials' },
    });
  });

  it.each(UNUSABLE)('with %s costs as much work as an unknown email', async (_, unusable) => {
    // Without `onModuleInit` the service has no dummy hash, so the work for an unknown email fails.
    const passwords = new PasswordService();

    await expect(passwords.verify(undefined, PASSWORD)).rejects.toThrow();
    await expect(passwords.verify(unusable, PASSWORD)).rejects.toThrow();
  });

  it('lets its user log in when it comes from this shop, or from Django with argon2 or PBKDF2', async () => {
    const derived = (digest: string, bytes: number) =>
      pbkdf2Sync(PASSWORD, 'salt', 1_000, bytes, digest).toString('base64');
    const hashes = [
      await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
      `argon2${await hash(PASSWORD, { memoryCost: 1_024, timeCost: 2, parallelism: 8 })}`,
      `pbkdf2_sha256$1000$salt$${derived('sha256', 32)}`,
      `pbkdf2_sha1$1000$salt$${derived('sha1', 20)}`,
    ];

    for (const usable of hashes) {
      expect([usable, (await logsInWith(usable)).status]).toEqual([usable, 200]);
    }
  });

  it.each([
    ['Django 5.2 by argon2', `argon2${argon2('m=102400,t=2,p=8')}`],
    ['Django 5.2 by PBKDF2', pbkdf2(1_000_000)],
    ['3,999,999 iterations', pbkdf2(3_999_999)],
    ['199,999 KiB, 9 passes and 16 lanes', argon2('m=199999,t=9,p=16')],
    ['RFC 9106 with little memory', argon2('m=65536,t=3,p=4')],
  ])('of %s is within the bounds', (_, usable) => {
    expect(isUsableHash(usable)).toBe(true);
  });
});
