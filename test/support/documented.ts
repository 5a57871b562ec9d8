import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Documented {
  content?: Record<string, { schema?: object }>;
}
type Operation = { responses: Record<string, Documented> };
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
}

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as OpenApi;

const ajv = new Ajv2020({ strict: false, allErrors: true });
// Its types are those of a CommonJS module, which an ES module sees a level deeper.
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(document, 'openapi');
const validators = new Map<object, ValidateFunction>();

const routes = Object.entries(document.paths).map(([path, methods]) => ({
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  // What names all of its path comes before what has a parameter.
  parameters: path.split('{').length,
  methods,
}));
routes.sort((one, other) => one.parameters - other.parameters);

export interface Sent {
  method: string;
  path: string;
  status: number;
  contentType: string | null;
  body: unknown;
}

/** @throws Error when `openapi.json` does not say that a request can be answered like that */
export function assertDocumented({ method, path, status, contentType, body }: Sent): void {
  const name = `${method} ${path}`;
  const operation = findOperation(method, path.split('?', 1)[0] ?? '');
  // What is under no documented route is a 404, and no more needs to be said.
  if (!operation) return;
  const response = operation.responses[status];
  if (!response)
    throw new Error(`${name} was answered ${status}, which is not documented: ${JSON.stringify(body)}`);
  const type = (contentType ?? '').split(';', 1)[0] ?? '';
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
}

function findOperation(method: string, path: string): Operation | undefined {
  return routes.find(({ pattern }) => pattern.test(path))?.methods[method.toLowerCase()];
}

function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  // References lead into the document.
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as object;
  const validate = ajv.compile(absolute);
  validators.set(schema, validate);
  return validate;
}
