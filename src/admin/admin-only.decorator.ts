import { applyDecorators, UseGuards } from '@nestjs/common';
import { AdminGuard } from '../auth/visitor/admin.guard.js';
import { ForVisitors } from '../auth/visitor/for-visitors.decorator.js';

/** Marks a controller as one for the shop's admins. With `OPERATIONS_PORT` it is not found on the visitors' port. */
export function AdminOnly(): ClassDecorator {
  return applyDecorators(
    ForVisitors('admin', 'login-required', 'forbidden', 'not-found'),
    UseGuards(AdminGuard),
  );
}
