import { applyDecorators, UseGuards } from '@nestjs/common';
import { AdminGuard } from '../auth/visitor/admin.guard.js';
import { ForVisitors } from '../auth/visitor/for-visitors.decorator.js';

/**
 * Marks a controller for admins. Each of its routes names by `OpensFor` the scope that opens it to
 * API keys as well. With `OPERATIONS_PORT`, the visitors' port answers its routes with 404.
 */
export function AdminOnly(): ClassDecorator {
  return applyDecorators(ForVisitors('admin', 'login-required', 'not-found'), UseGuards(AdminGuard));
}
