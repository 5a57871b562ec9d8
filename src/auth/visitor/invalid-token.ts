import { Problem } from '../../problem/problem.js';

export function invalidToken(detail = 'Refresh the token or log in again.'): Problem {
  const headers = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
  return new Problem('invalid-token', detail, {}, { headers });
}
