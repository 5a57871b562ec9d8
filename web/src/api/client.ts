import createClient from 'openapi-fetch';
import { ApiProblem, Unreachable } from './problem.js';
import { BASE_PATH } from '../page/base-path.js';
import type { paths } from './schema.js';

/** A request that hangs as long is taken for lost. */
const TIMEOUT_MILLISECONDS = 15_000;

/** The API, typed by its OpenAPI document; the session's cookie goes along by itself. */
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
 * The body of an answer.
 *
 * @throws ApiProblem when the API refused
 * @throws Unreachable when nobody answered; whether the request arrived is not known then
 */
export async function answerOf<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    throw new Unreachable(cause);
  });
  if (!response.ok) throw new ApiProblem(response, error);
  return data as T;
}
