import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DECORATORS, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemType } from './problem-types.js';

/** What a route can answer to a body that changes something, where it works without a cookie (`NeedsNoCookie`). */
export const COOKIELESS_BODY_PROBLEMS = [
  'invalid-input',
  'malformed-json',
  'body-too-large',
  'unsupported-media-type',
  'foreign-origin',
] as const satisfies ProblemType[];

/** What every other route that changes something can answer to a body, also one that needs none. */
export const BODY_PROBLEMS = [
  ...COOKIELESS_BODY_PROBLEMS,
  'cross-site-cookie',
] as const satisfies ProblemType[];

/** The problems that the server answers before it knows the route. */
const PROBLEMS_OF_THE_SERVER = [
  'malformed-request',
  'method-not-allowed',
  'too-slow',
  'expectation-failed',
  'headers-too-large',
] as const satisfies ProblemType[];

/** The schema of every problem that a client does not know. */
export const OTHER_PROBLEM = 'ProblemDto';

const declaredProblems = new WeakMap<object, ProblemType[]>();

/**
 * Documents the problems that a route can answer, a response per status.
 *
 * On a controller it adds them to each of its routes. Used twice it documents the types of both.
 */
export function ApiProblems(...types: ProblemType[]): MethodDecorator & ClassDecorator {
  return (target: object, _key?: unknown, descriptor?: PropertyDescriptor) => {
    const routes = descriptor ? [descriptor.value as object] : routesOf(target as Controller);
    for (const route of routes) declare(route, types);
  };
}

/** The name of a problem's schema: `BasketFrozenProblem` for `basket-frozen`. */
export function problemSchemaName(type: ProblemType): string {
  const words = type.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Problem`;
}

type Controller = { prototype: Record<string, object> };

/** The decorators of methods run before those of their class. */
function routesOf({ prototype }: Controller): object[] {
  const methods = Object.getOwnPropertyNames(prototype).flatMap((name) => prototype[name] ?? []);
  return methods.filter((method) => Reflect.hasMetadata(METHOD_METADATA, method));
}

/** Replaces what was declared before: Nest's own ApiResponse would join the two descriptions. */
function declare(route: object, types: readonly ProblemType[]): void {
  const all = [...new Set([...(declaredProblems.get(route) ?? []), ...types, ...PROBLEMS_OF_THE_SERVER])];
  declaredProblems.set(route, all);
  const statuses = [...new Set(all.map((type) => PROBLEMS[type][0]))];
  const responses = statuses.map((status) => [
    status,
    problemResponse(all.filter((type) => PROBLEMS[type][0] === status)),
  ]);
  const others = Reflect.getMetadata(DECORATORS.API_RESPONSE, route) as object | undefined;
  const declared = { ...others, ...(Object.fromEntries(responses) as object) };
  Reflect.defineMetadata(DECORATORS.API_RESPONSE, declared, route);
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
 * One type has its plain schema. Several are a union by `type`, with any other problem as its last member.
 *
 * The last one excludes all known types by `not`, so exactly one schema of `oneOf` matches: Ajv and Prism validate it.
 * Its `about:blank` in the mapping makes openapi-typescript generate a literal for it: a `switch` over `type` narrows.
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
