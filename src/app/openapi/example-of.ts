/** The parts of a JSON Schema that are used for an example. */
export interface ExampleSchema {
  $ref?: string;
  allOf?: ExampleSchema[];
  anyOf?: ExampleSchema[];
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  example?: unknown;
  format?: string;
  minimum?: number;
  items?: ExampleSchema;
  properties?: Record<string, ExampleSchema>;
}

type Schemas = Record<string, ExampleSchema>;

const OF_FORMAT: Record<string, string> = {
  uuid: '0195d3a4-6c1e-7b3a-9f52-3d1f0a7c8e41',
  email: 'ada@example.com',
  'date-time': '2026-11-24T12:00:00.000Z',
  'uri-reference': '/',
};

/**
 * Returns an example of a schema, built from the examples of its members. A nullable member without
 * an example is null.
 */
function exampleOf(schema: ExampleSchema, schemas: Schemas): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const isNullable = schema.type?.includes('null') || schema.anyOf?.some(({ type }) => type === 'null');
  if (isNullable) return null;
  const other = schema.$ref
    ? schemas[schema.$ref.split('/').at(-1) ?? '']
    : (schema.allOf ?? schema.anyOf)?.[0];
  if (other) return exampleOf(other, schemas);
  if (schema.type === 'array') return schema.items ? [exampleOf(schema.items, schemas)] : [];
  if (schema.type === 'object') return examplesOf(schema.properties ?? {}, schemas);
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  return OF_FORMAT[schema.format ?? ''] ?? 'text';
}

/** Returns an example of each member. */
export function examplesOf(
  members: Record<string, ExampleSchema>,
  schemas: Schemas,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, exampleOf(member, schemas)]),
  );
}
