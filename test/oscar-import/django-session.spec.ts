import { describe, expect, it } from '@jest/globals';
import { basketIdOf, readDjangoSession } from '../../src/oscar-import/django-session.js';
import { djangoSession } from '../support/oscar.js';

describe('a Django session', () => {
  const session = { oscar_open_basket: 7, name: 'Jürgen' };

  it.each(['plain', 'deflated', 'old'] as const)('is read in the form "%s"', (format) => {
    expect(readDjangoSession(djangoSession[format](session))).toEqual(session);
  });

  it.each(['', 'x', ':::', 'bm8ganNvbg:1:2', '.bm8gemxpYg:1:2', 'W10', 'MTI:1:2'])(
    'is null when it is %j',
    (text) => {
      expect(readDjangoSession(text)).toBeNull();
    },
  );

  it.each([
    [{ oscar_open_basket: 7 }, 7],
    [{ oscar_open_basket: '7' }, 7],
    [{}, null],
    [{ oscar_open_basket: null }, null],
    [{ oscar_open_basket: 0 }, null],
    [{ oscar_open_basket: -1 }, null],
    [{ oscar_open_basket: 1.5 }, null],
    [{ oscar_open_basket: '7); DROP TABLE' }, null],
  ])('with %j holds the basket %j', (content, id) => {
    expect(basketIdOf(content)).toBe(id);
  });
});
