import { describe, expect, it } from '@jest/globals';
import { type OscarOption, readOptions } from '../../src/oscar-import/read-options.js';

const valueOf = (json: string | null) => readOptions([['code', json]]);

describe('readOptions', () => {
  it.each([
    ['a text', '"Für \\"Ada\\""', 'Für "Ada"'],
    ['a text that looks like JSON', '"[1, 2]"', '[1, 2]'],
    ['a text of spaces', '" "', ' '],
    ['the text null', '"null"', 'null'],
    ['a whole number', '3', '3'],
    ['zero', '0', '0'],
    ['a decimal number with its last zero', '1.50', '1.50'],
    ['a number beyond a double', '12345678901234567890', '12345678901234567890'],
    ['true', 'true', 'true'],
    ['false', 'false', 'false'],
    ['a list', '["red",  "light blue", "a \\"b\\", c"]', '["red","light blue","a \\"b\\", c"]'],
    ['an object', ' { "a": [1, {"b c": null}] } ', '{"a":[1,{"b c":null}]}'],
  ])('reads %s', (_, json, value) => {
    expect(valueOf(json)).toEqual({ code: value });
  });

  it.each([null, 'null', '""', '[]', '{}', '[ ]'])('leaves out the empty value %s', (json) => {
    expect(valueOf(json)).toEqual({});
    expect(
      readOptions([
        ['code', json],
        [null, json],
        ['other', '"x"'],
      ]),
    ).toEqual({ other: 'x' });
  });

  it.each([
    ['a value of 501 units', JSON.stringify('x'.repeat(501))],
    ['a value of 251 characters outside the basic plane', JSON.stringify('👍'.repeat(251))],
    ['a list whose JSON has 501 units', JSON.stringify(['x'.repeat(497)])],
    ['U+0000', '"\\u0000"'],
    ['a lone surrogate', '"\\ud800"'],
    ['bytes that are not UTF-8', '"J\ufffdrg"'],
    ['a value that was cut', '"Für A'],
  ])('refuses %s', (_, json) => {
    expect(valueOf(json)).toBeNull();
  });

  it.each([null, '', 'a b', 'größe', 'x'.repeat(41)])('refuses the code %j', (code) => {
    expect(readOptions([[code, '"x"']])).toBeNull();
  });

  it('accepts 20 options, 500 units and 4096 bytes, and refuses more', () => {
    const options = (count: number, value: string) =>
      Array.from({ length: count }, (_, n): OscarOption => [`option-${n}`, JSON.stringify(value)]);

    expect(Object.keys(readOptions(options(20, 'x')) ?? {})).toHaveLength(20);
    expect(readOptions(options(21, 'x'))).toBeNull();
    expect(readOptions(options(7, 'x'.repeat(500)))).not.toBeNull();
    expect(readOptions(options(9, 'x'.repeat(500)))).toBeNull();
    expect(readOptions(options(5, 'ü'.repeat(500)))).toBeNull();
  });

  it('reads the same option twice with one value, and refuses two values', () => {
    expect(
      readOptions([
        ['code', '"x"'],
        ['code', '"x"'],
        ['code', '""'],
      ]),
    ).toEqual({ code: 'x' });
    expect(
      readOptions([
        ['code', '"x"'],
        ['code', '"y"'],
      ]),
    ).toBeNull();
  });

  it('reads a code with the name of a property of objects', () => {
    const attributes = readOptions([
      ['__proto__', '"x"'],
      ['constructor', '"y"'],
    ]);

    expect(Object.entries(attributes ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});
