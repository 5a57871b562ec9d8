import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from '../problem/problem.js';
import { type VisitorSession, visitorSessionOf } from '../session/visitor-session.js';
import type { UnreadVisitor, UserVisitor, Visitor } from './visitor.js';
import { visitorOf } from './visitor.guard.js';

/** Whoever sends the request; the route needs the VisitorGuard. Unread where the session is left to the handler. */
export const CurrentVisitor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Visitor | UnreadVisitor => visitorOf(requestOf(context)),
);

/** The user who sends the request; a guest is answered 401 `login-required`. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): UserVisitor => {
  const visitor = visitorOf(requestOf(context));
  if (visitor.kind === 'user') return visitor;
  throw loginRequired();
});

/** The session of the request's cookie, whatever its Authorization header says. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): VisitorSession =>
  visitorSessionOf(requestOf(context)),
);

export function loginRequired(): Problem {
  const headers = { 'WWW-Authenticate': 'Bearer' };
  return new Problem('login-required', 'Log in, or send an access token.', {}, { headers });
}

function requestOf(context: ExecutionContext): Request {
  return context.switchToHttp().getRequest<Request>();
}
