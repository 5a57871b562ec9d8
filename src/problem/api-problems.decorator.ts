import { applyDecorators } from '@nestjs/common';
import { ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemType } from './problem-types.js';

/** What every route that changes something can answer to a body, also one that needs none. */
export const BODY_PROBLEMS = [
  'invalid-input',
  'malformed-json',
  'body-too-large',
  'unsupported-media-type',
  'foreign-origin',
] as const satisfies ProblemType[];

/** Documents the problems that a route can answer, a response per status with an example per type; once a route, for a second one would hide the first. */
export function ApiProblems(...types: ProblemType[]): MethodDecorator & ClassDecorator {
  const statuses = [...new Set(types.map((type) => PROBLEMS[type][0]))];
  const ofStatus = (status: number) => types.filter((type) => PROBLEMS[type][0] === status);
  return applyDecorators(...statuses.map((status) => problemResponse(status, ofStatus(status))));
}

function problemResponse(status: number, types: ProblemType[]): MethodDecorator & ClassDecorator {
  const examples = types.map((type) => [type, { summary: PROBLEMS[type][1], value: exampleOf(type) }]);
  return ApiResponse({
    status,
    description: types.map((type) => `\`${type}\`: ${PROBLEMS[type][1]}.`).join(' '),
    content: {
      'application/problem+json': {
        schema: { $ref: getSchemaPath('ProblemDto') },
        examples: Object.fromEntries(examples) as Record<string, { value: unknown }>,
      },
    },
  });
}

function exampleOf(type: ProblemType): object {
  const [status, title] = PROBLEMS[type];
  return { type: `/problems/${type}`, title, status };
}
