import { describe, expect, it } from '@jest/globals';
import { sign } from 'cookie-signature';
import { signedIdsIn } from '../../../src/session/request/signed-ids.js';

const SECRETS = ['new secret', 'old secret'];
const value = (id: string, secret = 'new secret') => `s:${sign(id, secret)}`;
const cookie = (id: string, secret?: string, name = 'sid') =>
  `${name}=${encodeURIComponent(value(id, secret))}`;
const idsIn = (...cookies: string[]) => signedIdsIn(cookies.join('; '), 'sid', SECRETS);

describe('the signed ids of a Cookie header', () => {
  it.each<[string, string[], string[]]>([
    ['one', [cookie('a')], ['a']],
    ['several, in their order', [cookie('b'), cookie('a')], ['b', 'a']],
    ['one twice, once', [cookie('a'), cookie('b'), cookie('a')], ['a', 'b']],
    ['one that an older secret signed', [cookie('a', 'old secret')], ['a']],
    ['the same id signed by both secrets, once', [cookie('a', 'old secret'), cookie('a')], ['a']],
    ['one after an unsigned one', ['sid=a', cookie('b')], ['b']],
    ['one after an empty one', ['sid=', cookie('b')], ['b']],
    ['one after a foreign one', [cookie('a', 'wrong'), cookie('b')], ['b']],
    ['one after a truncated one', [cookie('a').slice(0, -3), cookie('b')], ['b']],
    ['one after an undecodable one', ['sid=s%3Aa.%ZZ', cookie('b')], ['b']],
    ['one after one without a value', ['sid', cookie('b')], ['b']],
    ['one in quotes', [`sid="${encodeURIComponent(value('a'))}"`], ['a']],
    ['one that is not encoded', [`sid=${value('a')}`], ['a']],
    ['one with spaces around it', [`  sid =  ${cookie('a').slice(4)}  `], ['a']],
    ['one beside other cookies', ['theme=sid', cookie('a'), 'sidebar=s:1.2'], ['a']],
    ['none of another name', [cookie('a', undefined, '__Host-sid'), cookie('b', undefined, 'sid2')], []],
  ])('include %s', (_, cookies, ids) => {
    expect(idsIn(...cookies)).toEqual(ids);
  });

  it('are none without a header', () => {
    expect(signedIdsIn(undefined, 'sid', SECRETS)).toEqual([]);
    expect(signedIdsIn('', 'sid', SECRETS)).toEqual([]);
  });

  it('of another name are those of that name', () => {
    const header = [cookie('a'), cookie('b', undefined, '__Host-sid')].join('; ');

    expect(signedIdsIn(header, '__Host-sid', SECRETS)).toEqual(['b']);
  });

  it('are ten at most, because each costs a lookup of its session', () => {
    expect(idsIn(...Array.from({ length: 20 }, (_, n) => cookie(String(n))))).toHaveLength(10);
  });

  it('are found after any number of values that only look signed', () => {
    const planted = Array.from({ length: 300 }, (_, n) => cookie(String(n), 'wrong'));

    expect(idsIn(...planted, cookie('a'))).toEqual(['a']);
  });
});
