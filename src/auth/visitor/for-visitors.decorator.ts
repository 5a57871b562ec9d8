import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../problem/api-problems.decorator.js';
import type { ProblemType } from '../../problem/problem-types.js';
import { SessionGuard } from '../../session/request/session.guard.js';
import { DeferredVisitorGuard, VisitorGuard } from './visitor.guard.js';

/**
 * Marks a controller whose routes know who sends the request; `problems` are those that all of them can answer.
 *
 * Without `login-required` among them a guest may use all routes: the empty requirement comes first.
 */
export function ForVisitors(tag: string, ...problems: ProblemType[]): ClassDecorator {
  return applyDecorators(ApiForVisitors(tag, problems), UseGuards(SessionGuard, VisitorGuard));
}

/** The same, but the handler reads the session. */
export function ForDeferredVisitors(tag: string, ...problems: ProblemType[]): ClassDecorator {
  return applyDecorators(ApiForVisitors(tag, problems), UseGuards(DeferredVisitorGuard));
}

function ApiForVisitors(tag: string, problems: ProblemType[]): ClassDecorator {
  return applyDecorators(
    ApiTags(tag),
    ...(problems.includes('login-required') ? [] : [ApiSecurity({})]),
    ApiBearerAuth('bearer'),
    ApiCookieAuth('session'),
    ApiProblems('invalid-token', 'internal-error', 'database-unavailable', ...problems),
  );
}
