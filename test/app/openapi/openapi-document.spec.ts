import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEMS } from '../../../src/problem/problem-types.js';

/** Any object or array of the document. */
type Node = Record<string, unknown>;

interface Schema extends Node {
  properties?: Record<string, Schema>;
  oneOf?: { $ref: string }[];
  discriminator?: { propertyName: string; mapping: Record<string, string> };
}
interface Content {
  schema: Schema;
  examples?: Record<string, { $ref?: string; value?: unknown }>;
}
interface Operation {
  operationId: string;
  security: Node[];
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { required?: boolean; content: Record<string, Content> };
  responses: Record<string, { headers: Node; content?: Record<string, Content> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; examples: Record<string, { value: unknown }> };
}

// `openapi.spec.ts` checks that the application serves this file.
const document = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../openapi.json'), 'utf8'),
) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
);
const operation = (id: string) => {
  const found = operations.find(({ operationId }) => operationId === id);
  if (!found) throw new Error(`There is no operation ${id}.`);
  return found;
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(document, 'openapi');
const errorsOf = (schema: unknown, value: unknown): string => {
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as object);
  return validate(value) ? '' : ajv.errorsText(validate.errors);
};

/** Yields every node below the given one, with its place in the document. */
function* nodesOf(node: unknown, place = '#'): Generator<[place: string, node: Node]> {
  if (typeof node !== 'object' || node === null) return;
  yield [place, node as Node];
  for (const [name, member] of Object.entries(node)) {
    // Examples are values, not schemas. We check them with the schema that contains them.
    if (!['example', 'examples', 'default'].includes(name)) yield* nodesOf(member, `${place}/${name}`);
  }
}

function problemContents(): [place: string, content: Content][] {
  return operations.flatMap(({ name, responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) => {
      const found = content?.['application/problem+json'];
      return found ? [[`${name} ${status}`, found] satisfies [string, Content]] : [];
    }),
  );
}

describe('the committed OpenAPI document', () => {
  it('has only examples that match their schema', () => {
    const wrong: string[] = [];
    let count = 0;
    const check = (place: string, schema: unknown, value: unknown) => {
      count += 1;
      const errors = errorsOf(schema, value);
      if (errors) wrong.push(`${place}: ${errors}`);
    };

    for (const [place, node] of nodesOf(document)) {
      if ('example' in node && 'schema' in node) check(place, node.schema, node.example);
      else if ('example' in node && !('in' in node)) check(place, node, node.example);
      if (!('examples' in node) || !('schema' in node)) continue;
      const { schema, examples = {} } = node as unknown as Content;
      for (const [name, { $ref, value }] of Object.entries(examples)) {
        const shared = document.components.examples[$ref?.split('/').at(-1) ?? ''];
        check(`${place}/${name}`, schema, $ref ? shared?.value : value);
      }
    }

    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });

  it('has a schema for each problem type, with the type as a constant', () => {
    const constants = Object.values(document.components.schemas).map(
      ({ properties }) => properties?.type?.const,
    );

    for (const type of Object.keys(PROBLEMS)) expect(constants).toContain(`/problems/${type}`);
  });

  it('describes one problem by a plain schema, and several by a union with a fallback for other types', () => {
    const plain = problemContents().filter(([, { schema }]) => !schema.oneOf);
    const unions = problemContents().filter(([, { schema }]) => schema.oneOf);

    expect(plain.filter(([, { schema }]) => !schema.$ref)).toEqual([]);
    expect(unions.length).toBeGreaterThan(20);
    for (const [, { schema }] of unions) {
      const refs = (schema.oneOf ?? []).map(({ $ref }) => $ref);
      expect(refs.length).toBeGreaterThan(2);
      expect(refs.at(-1)).toBe('#/components/schemas/ProblemDto');
      expect(schema.discriminator?.propertyName).toBe('type');
      expect(Object.values(schema.discriminator?.mapping ?? {})).toEqual(refs);
    }
  });

  it('accepts a future problem type in a union, but no known type that the route does not answer', () => {
    const { schema } =
      operation('addBasketLine').responses['409']?.content?.['application/problem+json'] ?? {};
    const problem = (type: string) => ({
      ...{ type: `/problems/${type}`, title: 'New', status: 409, detail: 'New.', requestId: REQUEST_ID },
    });

    expect(errorsOf(schema, problem('basket-frozen'))).toBe('');
    expect(errorsOf(schema, problem('of-a-later-version'))).toBe('');
    expect(errorsOf(schema, problem('cleanup-running'))).not.toBe('');
    expect(errorsOf(schema, problem('quantity-limit'))).toContain("must have required property 'limit'");
  });

  it('lists the problems of its controller in every route', () => {
    const { schema } =
      operation('changePassword').responses['401']?.content?.['application/problem+json'] ?? {};

    expect(Object.keys(schema?.discriminator?.mapping ?? {})).toEqual([
      '/problems/invalid-credentials',
      '/problems/invalid-token',
      '/problems/login-required',
      'about:blank',
    ]);
  });

  it('allows guests exactly on the routes that never require a login', () => {
    const answersLogin = ({ responses }: Operation) =>
      JSON.stringify(responses['401'] ?? {}).includes('LoginRequiredProblem');
    const secured = operations.filter(({ security }) => security.length > 0);
    const open = operations.filter(({ security }) => security.length === 0);

    for (const one of secured) {
      const [first = {}] = one.security;
      expect([one.name, Object.keys(first).length === 0]).toEqual([one.name, !answersLogin(one)]);
    }
    expect(open.filter(answersLogin)).toEqual([]);
    expect(operation('addBasketLine').security).toEqual([{}, { bearer: [] }, { session: [] }]);
    expect(operation('getOrder').security[0]).toEqual({});
    expect(operation('logIn').security).toEqual([]);
    expect(operation('refreshToken').security).toEqual([{ session: [] }]);
  });

  it('names each operation by what it does', () => {
    const ids = operations.map(({ operationId }) => operationId);
    const verbs =
      /^(get|list|add|set|remove|clear|freeze|thaw|submit|cancel|logOut|refresh|change|export|erase|save|start)[A-Z]/;

    expect(ids).toEqual([...new Set(ids)]);
    expect(ids.filter((id) => !verbs.test(id)).sort()).toEqual(['logIn', 'logOut', 'register', 'reorder']);
    // Generated clients name their methods by these ids.
    for (const id of [
      'getBasket',
      'addBasketLine',
      'setBasketLine',
      'removeBasketLine',
      'clearBasket',
      'submitBasket',
    ])
      expect(ids).toContain(id);
  });

  it('states the constraints that the server checks', () => {
    const parameter = (id: string, name: string) =>
      operation(id).parameters?.find((one) => one.name === name)?.schema;

    expect(parameter('getProduct', 'sku')).toMatchObject({ minLength: 1, maxLength: 100 });
    expect(parameter('addBasketLine', 'Idempotency-Key')).toMatchObject({ minLength: 1, maxLength: 255 });
    expect(parameter('addBasketLine', 'If-Match')).toMatchObject({ minLength: 1 });
    const bodies = operations.flatMap(
      ({ requestBody }) => requestBody?.content['application/json']?.schema ?? [],
    );
    expect(bodies.length).toBeGreaterThan(6);
    for (const body of bodies)
      expect(errorsOf(body, { surprise: 1 })).toContain('must NOT have additional properties');
  });

  it('states which bodies are optional', () => {
    const optional = operations.filter(({ requestBody }) => requestBody && !requestBody.required);

    expect(optional.map(({ operationId }) => operationId).sort()).toEqual([
      'freezeBasket',
      'reorder',
      'submitBasket',
      'submitBasketById',
      'thawBasket',
    ]);
  });

  it('has no null among the values of an enum', () => {
    const wrong = [...nodesOf(document)].filter(
      ([, { enum: values }]) => Array.isArray(values) && values.includes(null),
    );

    expect(wrong.map(([place]) => place)).toEqual([]);
    expect(document.components.schemas.MergedLineDto?.properties?.notice?.anyOf).toHaveLength(2);
  });

  it('describes each response header that a client can use', () => {
    const headers = (id: string, status: number) =>
      Object.keys(operation(id).responses[status]?.headers ?? {});

    expect(headers('addBasketLine', 201)).toEqual([
      'ETag',
      'Location',
      'Set-Cookie',
      'X-Request-Id',
      'Idempotency-Replayed',
    ]);
    expect(headers('addBasketLine', 401)).toContain('WWW-Authenticate');
    expect(headers('addBasketLine', 412)).toContain('ETag');
    expect(headers('logIn', 429)).toContain('Retry-After');
    for (const { responses } of operations)
      for (const { headers } of Object.values(responses))
        expect(Object.keys(headers)).toContain('X-Request-Id');
  });
});

const REQUEST_ID = '2f5d1c1e-6f0b-4b7e-9d57-8f1c0e6c3f10';
