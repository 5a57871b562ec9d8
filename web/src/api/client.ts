import createClient from 'openapi-fetch';
import { ApiProblem, Unreachable } from './problem.js';
import { BASE_PATH } from '../page/base-path.js';
import type { paths } from './schema.js';

/** A request that takes longer counts as lost. */
const TIMEOUT_MILLISECONDS = 15_000;

/** The API, typed by its OpenAPI document. The browser sends the session's cookie. */
export const api = createClient<paths>({
  baseUrl: BASE_PATH,
  fetch: (request) =>
    fetch(request, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]),
    }),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * Returns the body of a response.
 *
 * @throws ApiProblem when the API responded with an error
 * @throws Unreachable without a response; the request may have arrived
 */
export async function answerOf<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    throw new Unreachable(cause);
  });
  if (!response.ok) throw new ApiProblem(response, error);
  return data as T;
}
