import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../problem/problem.js';
import { requestSessionOf } from '../../session/request/session.guard.js';
import type { RequestSession } from '../../session/request/request-session.js';
import type { DeferredVisitor, UserVisitor, Visitor } from './visitor.js';
import { visitorOf } from './visitor.guard.js';

/**
 * The visitor of the request. Deferred if the handler loads the session. The route needs a
 * VisitorGuard.
 */
export const CurrentVisitor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Visitor | DeferredVisitor => visitorOf(requestOf(context)),
);

/** The user of the request. A guest gets 401 `login-required`. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): UserVisitor => {
  const visitor = visitorOf(requestOf(context));
  if (visitor.kind === 'user') return visitor;
  throw loginRequired();
});

/** The session of the cookie, even if the request has a token. The route needs the SessionGuard. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): RequestSession =>
  requestSessionOf(requestOf(context)),
);

export function loginRequired(): Problem {
  return new Problem('login-required', 'Log in, or send an access token.');
}

function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest<FastifyRequest>();
}
