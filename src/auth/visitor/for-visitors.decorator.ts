import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../problem/api-problems.decorator.js';
import type { ProblemType } from '../../problem/problem-types.js';
import { SessionGuard } from '../../session/request/session.guard.js';
import { DeferredVisitorGuard, VisitorGuard } from './visitor.guard.js';

/**
 * Marks a controller whose routes need to know the visitor. All its routes can return `problems`.
 *
 * Without `login-required` among them, guests may use the routes. The document then lists the empty
 * security requirement first.
 */
export function ForVisitors(tag: string, ...problems: ProblemType[]): ClassDecorator {
  return applyDecorators(ApiForVisitors(tag, problems), UseGuards(SessionGuard, VisitorGuard));
}

/** Does the same as `ForVisitors`, but leaves the session to the handler. */
export function ForDeferredVisitors(tag: string, ...problems: ProblemType[]): ClassDecorator {
  return applyDecorators(ApiForVisitors(tag, problems), UseGuards(DeferredVisitorGuard));
}

function ApiForVisitors(tag: string, problems: ProblemType[]): ClassDecorator {
  return applyDecorators(
    ApiTags(tag),
    ...(problems.includes('login-required') ? [] : [ApiSecurity({})]),
    ApiBearerAuth('bearer'),
    ApiCookieAuth('session'),
    ApiProblems('invalid-token', 'forbidden', 'internal-error', 'database-unavailable', ...problems),
  );
}
