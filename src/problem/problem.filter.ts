import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { requestIdOf } from './request-id.middleware.js';
import type { Problem } from './problem.js';
import { toProblem } from './to-problem.js';

/** The one place where an error becomes an answer: `application/problem+json`, RFC 9457. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const problem = toProblem(error);
    this.log(problem, request);
    if (response.headersSent) return;
    response
      .status(problem.status)
      .set(problem.headers)
      .set('Cache-Control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(bodyOf(problem, request)));
  }

  private log(problem: Problem, request: Request): void {
    const line = `${request.method} ${pathOf(request)} ${problem.type}`;
    const requestId = { requestId: requestIdOf(request) };
    if (problem.status === 500) this.logger.error(line, requestId, stackOf(problem.cause));
    else if (problem.status > 500) this.logger.warn(`${line} ${messageOf(problem.cause)}`, requestId);
    else this.logger.debug(line, requestId);
  }
}

function bodyOf(problem: Problem, request: Request): object {
  return {
    type: `/problems/${problem.type}`,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    instance: pathOf(request),
    requestId: requestIdOf(request),
    ...problem.members,
  };
}

function pathOf(request: Request): string {
  return request.originalUrl.split('?', 1)[0] ?? '/';
}

function stackOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** The names of the database's host and user are nothing for a log line of a warning. */
function messageOf(cause: unknown): string {
  return cause instanceof Error ? ((cause as { code?: string }).code ?? cause.message) : '';
}
