import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../http/request/request-path.js';
import { stackOf } from './error-text.js';
import type { Problem } from './problem.js';
import { toProblem } from './to-problem.js';

/** Turns every error into a response of type `application/problem+json` (RFC 9457). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerProblem(toProblem(error), http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** Logs a problem, and sends it if no response has started. */
export function answerProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  log(problem, request);
  if (reply.raw.headersSent) return;
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(bodyOf(problem, request)));
}

/** Logs with the logger of the request, which adds the request id. */
function log(problem: Problem, request: FastifyRequest): void {
  const line = `${request.method} ${pathOf(request.originalUrl)} ${problem.type}`;
  const context = 'Problem';
  if (problem.status === 500) request.log.error({ context, stack: stackOf(problem.cause) }, line);
  else if (problem.status > 500) request.log.warn({ context }, `${line} ${messageOf(problem.cause)}`);
  else request.log.debug({ context }, line);
}

function bodyOf(problem: Problem, request: FastifyRequest): object {
  return {
    type: `/problems/${problem.type}`,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    instance: pathOf(request.originalUrl),
    requestId: request.id,
    ...problem.members,
  };
}

/** Prefers the code of an error: its message can contain the host and the user of the database. */
function messageOf(cause: unknown): string {
  return cause instanceof Error ? ((cause as { code?: string }).code ?? cause.message) : '';
}
