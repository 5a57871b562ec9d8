import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import { AdminGuard } from '../auth/admin.guard.js';
import { VisitorGuard } from '../auth/visitor.guard.js';
import { ApiProblems } from '../problem/api-problems.decorator.js';

/** Marks a controller as one for the shop's admins. */
export function AdminOnly(): ClassDecorator {
  return applyDecorators(
    ApiTags('admin'),
    ApiBearerAuth('bearer'),
    ApiCookieAuth('session'),
    ApiProblems('invalid-token', 'login-required', 'forbidden', 'internal-error', 'database-unavailable'),
    UseGuards(VisitorGuard, AdminGuard),
  );
}
