import type { OpenAPIObject } from '@nestjs/swagger';
import { OTHER_PROBLEM, problemSchemaName } from '../../problem/api-problems.decorator.js';
import { membersOf } from '../../problem/problem-members.js';
import { PROBLEMS, type ProblemType, SECOND_STATUS } from '../../problem/problem-types.js';
import { type ExampleSchema, examplesOf } from './example-of.js';

interface ObjectSchema extends ExampleSchema {
  properties: Record<string, ExampleSchema>;
  required: string[];
}

const TYPES = Object.keys(PROBLEMS) as ProblemType[];

/**
 * Adds a schema and an example for each problem type of the routes. Excludes these types from the
 * schema of any other problem.
 */
export function addProblemSchemas(document: OpenAPIObject): void {
  const used = JSON.stringify(document.paths);
  const types = TYPES.filter((type) => used.includes(`/${problemSchemaName(type)}"`));
  const components = (document.components ??= {});
  const schemas = (components.schemas ??= {}) as Record<string, ExampleSchema>;
  const base = schemas[OTHER_PROBLEM] as ObjectSchema;
  const added = types.map((type) => [problemSchemaName(type), schemaOf(type, base, schemas)] as const);
  for (const [name, schema] of added) schemas[name] = schema;
  components.examples = Object.fromEntries(
    added.map(([name, { title, example }]) => [name, { summary: title, value: example }]),
  );
  const known = types.map((type) => `/problems/${type}`);
  base.properties.type = { ...base.properties.type, not: { enum: known } } as ExampleSchema;
}

function schemaOf(type: ProblemType, base: ObjectSchema, schemas: Record<string, ExampleSchema>) {
  const [status, title] = PROBLEMS[type];
  const second = SECOND_STATUS[type];
  const { always, sometimes } = membersOf(type);
  const properties = {
    ...base.properties,
    type: { type: 'string', const: `/problems/${type}` },
    title: { type: 'string', example: title },
    status: second ? { type: 'integer', enum: [status, second] } : { type: 'integer', const: status },
    ...always,
    ...sometimes,
  };
  const example = { ...examplesOf(properties, schemas), detail: `${title}.` };
  return {
    type: 'object',
    title,
    properties,
    required: [...base.required, ...Object.keys(always)],
    example,
  };
}
