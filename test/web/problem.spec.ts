import { describe, expect, it } from '@jest/globals';
import { registerOnce } from '../../web/src/account/register-once.js';
import { ApiProblem, isTemporary, isUncertain, messageOf, Unreachable } from '../../web/src/api/problem.js';

const problem = (status: number, type = '', detail = '') =>
  new ApiProblem(
    new Response(null, { status }),
    type ? { type: `/problems/${type}`, title: 'Title', detail } : 'down',
  );

const UNCERTAIN: [string, Error][] = [
  ['a lost network', new Unreachable(new TypeError('Failed to fetch'))],
  [
    'a database that is unavailable',
    problem(503, 'database-unavailable', 'Send it again with the same Idempotency-Key.'),
  ],
  ['a proxy that cannot reach the shop', problem(502)],
  ['a timeout of a proxy', problem(504)],
];

describe('the page', () => {
  it.each(UNCERTAIN)(
    'reports %s by a request to try again, and does not claim that nothing was done',
    (_what, error) => {
      expect([isTemporary(error), isUncertain(error)]).toEqual([true, true]);
      expect(messageOf(error)).toMatch(
        /^The shop (cannot be reached|is unavailable at the moment)\. Try again: nothing is done twice\.$/,
      );
      expect(messageOf(error)).not.toContain('Idempotency');
    },
  );

  it("shows the shop's own words when the shop refuses", () => {
    expect(messageOf(problem(409, 'email-taken', 'Log in.'))).toBe('Title. Log in.');
    expect(isUncertain(problem(409, 'session-replaced'))).toBe(false);
    expect(isUncertain(problem(429, 'too-many-logins'))).toBe(false);
  });
});

describe('a registration', () => {
  const ada = { email: 'ada@example.com', password: 'correct horse battery' };
  const answers = (...errors: Error[]) =>
    registerOnce(() => {
      const error = errors.shift();
      return error ? Promise.reject(error) : Promise.resolve();
    });

  it.each(UNCERTAIN)(
    'that was done, but ended with %s, succeeds when it is sent again',
    async (_what, error) => {
      const register = answers(error, problem(409, 'email-taken'));

      await expect(register(ada)).rejects.toBe(error);
      await register(ada);
    },
  );

  it('is refused when another person has the email', async () => {
    const taken = problem(409, 'email-taken');
    const register = answers(taken, problem(503), taken);

    await expect(register(ada)).rejects.toBe(taken);
    await expect(register({ ...ada, email: 'bob@example.com' })).rejects.toThrow();
    await expect(register(ada)).rejects.toBe(taken);
  });
});
