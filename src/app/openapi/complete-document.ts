import type { OpenAPIObject, OperationObject, ResponseObject } from '@nestjs/swagger';
import { API_HEADERS, type ApiHeaderName, apiHeaders } from '../../http/response/api-headers.js';

/** Any object of the document, such as a schema. */
type Node = Record<string, unknown>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The headers that the server adds to every response with the status. */
const HEADERS_OF_STATUS: Record<string, ApiHeaderName[]> = {
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  412: ['ETag'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/**
 * Adds the parts that are the same for all routes, so that their decorators need not repeat them.
 */
export function completeDocument(document: OpenAPIObject): void {
  for (const operation of operationsOf(document)) {
    // An operation without its own list would inherit the list of the document.
    operation.security ??= [];
    for (const [status, response] of Object.entries(operation.responses)) {
      const headers = headersOf(operation, status);
      const answer = response as ResponseObject;
      answer.headers = { ...answer.headers, ...apiHeaders(...headers) };
    }
    const { requestBody } = operation;
    if (requestBody) closeObjects(requestBody as unknown as Node, document);
  }
  nameNullableEnums(document as unknown as Node);
  const used = JSON.stringify(document.paths);
  const headers = Object.entries(API_HEADERS).filter(([name]) =>
    used.includes(`#/components/headers/${name}"`),
  );
  (document.components ??= {}).headers = Object.fromEntries(headers);
}

function operationsOf({ paths }: OpenAPIObject): OperationObject[] {
  return Object.values(paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));
}

function headersOf({ parameters = [], security }: OperationObject, status: string): ApiHeaderName[] {
  const isOnce = parameters.some((parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key');
  const replayed: ApiHeaderName[] = isOnce && status.startsWith('2') ? ['Idempotency-Replayed'] : [];
  const isScoped = status === '403' && security?.some((requirement) => 'apiKey' in requirement);
  const scope: ApiHeaderName[] = isScoped ? ['WWW-Authenticate'] : [];
  return ['X-Request-Id', ...(HEADERS_OF_STATUS[status] ?? []), ...scope, ...replayed];
}

/** Documents that the validation refuses unknown members of a body. */
function closeObjects(node: Node, document: OpenAPIObject): void {
  const { $ref } = node;
  const referenced = typeof $ref === 'string' && document.components?.schemas?.[$ref.split('/').at(-1) ?? ''];
  if (referenced) closeObjects(referenced as Node, document);
  if (node.type === 'object' && node.properties) node.additionalProperties ??= false;
  for (const member of membersOf(node)) closeObjects(member, document);
}

/**
 * Rewrites nullable enums as `anyOf`. Generators turn null among the values of an enum into broken
 * code.
 */
function nameNullableEnums(node: Node): void {
  const { type, enum: values } = node;
  if (Array.isArray(values) && Array.isArray(type) && type.includes('null')) {
    const named = {
      type: (type as string[]).find((one) => one !== 'null'),
      enum: values.filter((one) => one !== null),
    };
    delete node.type;
    delete node.enum;
    node.anyOf = [named, { type: 'null' }];
  }
  membersOf(node).forEach(nameNullableEnums);
}

function membersOf(node: Node): Node[] {
  return Object.values(node).filter((value): value is Node => typeof value === 'object' && value !== null);
}
