import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DECORATORS, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemType } from './problem-types.js';

/** The problems of a request body on a route that works without a cookie (`NeedsNoCookie`). */
export const COOKIELESS_BODY_PROBLEMS = [
  'invalid-input',
  'malformed-json',
  'body-too-large',
  'unsupported-media-type',
  'foreign-origin',
] as const satisfies ProblemType[];

/**
 * The problems of a request body on any other route that changes something, even if it needs no
 * body.
 */
export const BODY_PROBLEMS = [
  ...COOKIELESS_BODY_PROBLEMS,
  'cross-site-cookie',
] as const satisfies ProblemType[];

/** The problems of a request whose route is not known yet. */
const PROBLEMS_OF_THE_SERVER = [
  'malformed-request',
  'method-not-allowed',
  'too-slow',
  'expectation-failed',
  'headers-too-large',
] as const satisfies ProblemType[];

/** The schema of a problem whose type a client does not know. */
export const OTHER_PROBLEM = 'ProblemDto';

/** A type with its usual status, or with its second one (`SECOND_STATUS`). */
type Declared = ProblemType | { type: ProblemType; status: number };

const declaredProblems = new WeakMap<object, Declared[]>();

/**
 * Documents the problems of a route, with one response per status.
 *
 * On a controller, it documents them for each route. Several uses add up.
 */
export function ApiProblems(...types: Declared[]): MethodDecorator & ClassDecorator {
  return (target: object, _key?: unknown, descriptor?: PropertyDescriptor) => {
    const routes = descriptor ? [descriptor.value as object] : routesOf(target as Controller);
    for (const route of routes) declare(route, types);
  };
}

/** Returns the name of the schema of a problem: `BasketFrozenProblem` for `basket-frozen`. */
export function problemSchemaName(type: ProblemType): string {
  const words = type.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Problem`;
}

type Controller = { prototype: Record<string, object> };

/**
 * Finds the routes of a controller. Method decorators run before class decorators, so the routes
 * are marked already.
 */
function routesOf({ prototype }: Controller): object[] {
  const methods = Object.getOwnPropertyNames(prototype).flatMap((name) => prototype[name] ?? []);
  return methods.filter((method) => Reflect.hasMetadata(METHOD_METADATA, method));
}

/** Replaces the earlier declaration. ApiResponse of Nest would join the two descriptions. */
function declare(route: object, types: readonly Declared[]): void {
  const all = [...new Set([...(declaredProblems.get(route) ?? []), ...types, ...PROBLEMS_OF_THE_SERVER])];
  declaredProblems.set(route, all);
  const statuses = [...new Set(all.map(statusOf))];
  const responses = statuses.map((status) => [
    status,
    problemResponse(all.filter((declared) => statusOf(declared) === status).map(typeOf)),
  ]);
  const others = Reflect.getMetadata(DECORATORS.API_RESPONSE, route) as object | undefined;
  const declared = { ...others, ...(Object.fromEntries(responses) as object) };
  Reflect.defineMetadata(DECORATORS.API_RESPONSE, declared, route);
}

function statusOf(declared: Declared): number {
  return typeof declared === 'string' ? PROBLEMS[declared][0] : declared.status;
}

function typeOf(declared: Declared): ProblemType {
  return typeof declared === 'string' ? declared : declared.type;
}

function problemResponse(types: ProblemType[]) {
  const named = types.map((type) => [type, { $ref: `#/components/examples/${problemSchemaName(type)}` }]);
  return {
    description: types.map((type) => `\`${type}\`: ${PROBLEMS[type][1]}.`).join(' '),
    content: {
      'application/problem+json': {
        schema: problemSchema(types),
        examples: Object.fromEntries(named) as object,
      },
    },
  };
}

/**
 * Returns the schema of one type, or a union of several by `type` with any other problem as the
 * last member.
 *
 * The last member excludes all known types by `not`. So exactly one schema of `oneOf` matches, as
 * Ajv and Prism require. Its `about:blank` in the mapping makes openapi-typescript generate a
 * literal, and a `switch` over `type` can narrow.
 */
function problemSchema(types: ProblemType[]): object {
  const refs = types.map((type): [string, string] => [
    `/problems/${type}`,
    getSchemaPath(problemSchemaName(type)),
  ]);
  const [[, only] = ['', '']] = refs;
  if (refs.length === 1) return { $ref: only };
  const all = [...refs, ['about:blank', getSchemaPath(OTHER_PROBLEM)] as [string, string]];
  return {
    oneOf: all.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: 'type', mapping: Object.fromEntries(all) as Record<string, string> },
  };
}
