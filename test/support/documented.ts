import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Documented {
  headers?: Record<string, unknown>;
  content?: Record<string, { schema?: object }>;
}
type Operation = { responses: Record<string, Documented> };
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: Record<string, { const?: unknown }> }> };
}

/** Headers that a client can use. The document does not list the others. */
const HEADERS = [
  'ETag',
  'Idempotency-Replayed',
  'Location',
  'Retry-After',
  'Set-Cookie',
  'WWW-Authenticate',
  'X-Request-Id',
];

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as OpenApi;

const ajv = new Ajv2020({ strict: false, allErrors: true });
// The types describe a CommonJS module, and an ES module finds them one level deeper.
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(document, 'openapi');
const validators = new Map<object, ValidateFunction>();

const routes = Object.entries(document.paths).map(([path, methods]) => ({
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  // A path without parameters matches before one with parameters.
  parameters: path.split('{').length,
  methods,
}));
routes.sort((one, other) => one.parameters - other.parameters);

export interface Sent {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  body: unknown;
}

/** @throws Error when `openapi.json` does not allow this response to this request */
export function assertDocumented({ method, path, status, headers, body }: Sent): void {
  const name = `${method} ${path}`;
  const operation = findOperation(method, path.split('?', 1)[0] ?? '');
  // The document has no such path: pages, files, or a 404.
  if (!operation) return;
  const response = operation.responses[status];
  if (!response)
    throw new Error(`${name} was answered ${status}, which is not documented: ${JSON.stringify(body)}`);
  const silent = HEADERS.filter((header) => isSent(headers, header) && !(header in (response.headers ?? {})));
  if (silent.length > 0)
    throw new Error(`${name} ${status}: headers that are not documented: ${silent.join()}`);
  const type = (headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
  const schema = response.content?.[type]?.schema;
  if (!response.content) {
    if (body !== '' && body !== undefined)
      throw new Error(`${name} ${status}: a body that is not documented`);
    return;
  }
  if (!schema) throw new Error(`${name} ${status}: the type ${type} is not documented`);
  const validate = validatorOf(schema);
  if (!validate(body))
    throw new Error(`${name} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
  if (type === 'application/problem+json') assertKnownMembers(name, body as object);
}

/** Public answers have a weak tag. The document describes only the basket's strong tag. */
function isSent(headers: Headers, header: string): boolean {
  return headers.has(header) && !headers.get(header)?.startsWith('W/');
}

/** The schemas allow additional members for later versions. This version must send none. */
function assertKnownMembers(name: string, problem: { type?: string }): void {
  const schemas = Object.values(document.components.schemas);
  const schema = schemas.find(({ properties }) => properties?.type?.const === problem.type);
  const unknown = Object.keys(problem).filter((member) => !(member in (schema?.properties ?? {})));
  if (unknown.length > 0)
    throw new Error(`${name} ${problem.type}: members that are not in PROBLEM_MEMBERS: ${unknown.join()}`);
}

function findOperation(method: string, path: string): Operation | undefined {
  return routes.find(({ pattern }) => pattern.test(path))?.methods[method.toLowerCase()];
}

function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  // References point into the document.
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as object;
  const validate = ajv.compile(absolute);
  validators.set(schema, validate);
  return validate;
}
