import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { ApiProblems } from '../../problem/api-problems.decorator.js';
import type { ApiKeyScope } from './api-key-scopes.js';

const SCOPE = Symbol('scope');

/** Names the scope that opens a route to API keys. Without it, no key opens the route. */
export function OpensFor(scope: ApiKeyScope): MethodDecorator {
  return applyDecorators(
    SetMetadata(SCOPE, scope),
    ApiSecurity('apiKey', [scope]),
    ApiProblems('insufficient-scope'),
  );
}

/** Returns the scope that opens the route of a handler, or undefined. */
export function scopeOf(handler: object): ApiKeyScope | undefined {
  return Reflect.getMetadata(SCOPE, handler) as ApiKeyScope | undefined;
}
