import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  format?: string;
}
interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema?: Schema;
  example?: unknown;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** A request of a client that may or may not follow the document. */
export interface ArbitraryRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as OpenApi;

/** Any text except lone surrogates, which a URL cannot hold. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '0', '-1', 'null', '\0', '../..'),
);
const number = fc.oneof(
  fc.integer({ min: -2, max: 120 }),
  fc.constantFrom(2_147_483_647, 2_147_483_648, Number.MAX_SAFE_INTEGER, -0.5, 1e308),
);

/** Values that match a schema, built from words that exist in the shop. */
function fitting(schema: Schema, words: string[]): fc.Arbitrary<unknown> {
  if (schema.$ref)
    return fitting(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, words);
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map((one) => fitting(one, words)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.format === 'uuid') return fc.uuid();
  if (schema.format === 'email')
    return fc.constantFrom(...words.filter((word) => word.includes('@')), 'x@example.com');
  const [type] = [schema.type ?? 'string'].flat();
  if (type === 'integer' || type === 'number') return number;
  if (type === 'boolean') return fc.boolean();
  if (type === 'array') return fc.array(fitting(schema.items ?? {}, words), { maxLength: 3 });
  if (type !== 'object') return fc.oneof(fc.constantFrom(...words), text);
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => [
    name,
    orJunk(fitting(member, words)),
  ]);
  const requiredKeys = fc.boolean();
  const shape = Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>;
  return requiredKeys.chain((all) => fc.record(shape, { requiredKeys: all ? Object.keys(shape) : [] }));
}

function orJunk(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 12, arbitrary },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 1, arbitrary: number },
  );
}

function bodyOf(operation: Operation, words: string[]): fc.Arbitrary<string | undefined> {
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const json = schema ? fitting(schema, words) : fc.constant({});
  return fc.oneof(
    { weight: 12, arbitrary: json.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

const HEADERS = fc.record(
  {
    'Content-Type': fc.oneof(
      { weight: 15, arbitrary: fc.constant('application/json') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('text/plain', 'application/json; charset=x', 'x', 'multipart/form-data'),
      },
    ),
    'If-Match': fc.constantFrom('*', '"none"', 'W/"x.1"', '"x"', ','),
    'Idempotency-Key': fc.constantFrom('a', 'b', ' ', 'x'.repeat(256), '\u00e9'),
    Authorization: fc.constantFrom('Bearer x', 'Bearer', 'Basic eDp4', 'Bearer a.b.c'),
    Origin: fc.constantFrom('https://evil.example', 'null'),
    'Content-Encoding': fc.constantFrom('gzip', 'x'),
  },
  { requiredKeys: ['Content-Type'] },
);

/** Headers that rarely get a request refused before it reaches its route. */
const headers = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ 'Content-Type': 'application/json' }) },
  { weight: 2, arbitrary: HEADERS },
);

/** @param words existing skus, email addresses and ids */
export function arbitraryRequest(words: string[]): fc.Arbitrary<ArbitraryRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return fc.constantFrom(...operations).chain(({ method, path, operation }) => {
    const parameters = operation.parameters ?? [];
    const of = (place: string) => parameters.filter((parameter) => parameter.in === place);
    const shape = (place: string) =>
      Object.fromEntries(of(place).map(({ name, schema }) => [name, orJunk(fitting(schema ?? {}, words))]));
    return fc
      .record({
        place: fc.record(shape('path')),
        query: fc.record(shape('query'), { requiredKeys: [] }),
        headers,
        body: method === 'GET' ? fc.constant(undefined) : bodyOf(operation, words),
      })
      .map(({ place, query, ...rest }) => ({ method, path: fill(path, place) + toQuery(query), ...rest }));
  });
}

/** Replaces a segment of dots alone, because clients resolve it. */
function fill(path: string, place: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const segment = encodeURIComponent(toText(place[name]));
    return /^\.*$/.test(segment) ? 'x' : segment;
  });
}

function toQuery(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(toText(value))}`);
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

function toText(value: unknown): string {
  const asText = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  // Replaces lone surrogates as every decoder does.
  return Buffer.from(asText).toString();
}
