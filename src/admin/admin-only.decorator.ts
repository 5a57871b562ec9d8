import { applyDecorators, UseGuards } from '@nestjs/common';
import { AdminGuard } from '../auth/visitor/admin.guard.js';
import { ForVisitors } from '../auth/visitor/for-visitors.decorator.js';

/**
 * Marks a controller for admins. With `OPERATIONS_PORT`, the visitors' port answers its routes with
 * 404.
 */
export function AdminOnly(): ClassDecorator {
  return applyDecorators(
    ForVisitors('admin', 'login-required', 'forbidden', 'not-found'),
    UseGuards(AdminGuard),
  );
}
