import { getSchemaPath } from '@nestjs/swagger';
import type { ProblemType } from './problem-types.js';

/** The JSON Schema of one member. */
type MemberSchema = Record<string, unknown>;

export interface ProblemMembersSchema {
  /** In every response of the type. */
  always?: Record<string, MemberSchema>;
  /** In some responses of the type. */
  sometimes?: Record<string, MemberSchema>;
}

const BASKET = { $ref: getSchemaPath('BasketDto') };

const LINES = {
  type: 'array',
  description: 'The lines that are short. `quantity` is that of the line, `available` that of its product.',
  items: {
    type: 'object',
    properties: {
      lineId: { type: 'string', example: 'TEA-GREEN-100' },
      sku: { type: 'string', example: 'TEA-GREEN-100' },
      quantity: { type: 'integer', example: 5 },
      available: { type: 'integer', minimum: 0, example: 3 },
    },
    required: ['lineId', 'sku', 'quantity', 'available'],
  },
};

const BASKETS = {
  type: 'array',
  description: 'The baskets that could be meant.',
  items: {
    type: 'object',
    properties: {
      id: { type: 'string', format: 'uuid' },
      status: { type: 'string', enum: ['open', 'frozen'] },
      amountMinor: { type: 'integer', example: 900 },
      currency: { type: 'string', example: 'EUR' },
    },
    required: ['id', 'status', 'amountMinor', 'currency'],
  },
};

const NEAREST = {
  type: 'object',
  description: 'The allowed quantities next to the requested one. Null: there is none.',
  properties: {
    below: { type: ['integer', 'null'], example: 6 },
    above: { type: ['integer', 'null'], example: 12 },
  },
  required: ['below', 'above'],
};

const SKUS = {
  type: 'array',
  items: { type: 'string' },
  description: 'The skus of the lines to change or remove.',
  example: ['TEA-GREEN-100'],
};

/**
 * The additional members of the response, by problem type.
 *
 * The test client refuses any other member, because clients could not know it.
 */
const PROBLEM_MEMBERS: Partial<Record<ProblemType, ProblemMembersSchema>> = {
  'invalid-input': {
    sometimes: {
      errors: {
        type: 'array',
        items: { $ref: getSchemaPath('FieldErrorDto') },
        description: 'The errors, one per field.',
      },
    },
  },
  'insufficient-stock': {
    always: {
      available: {
        type: 'integer',
        minimum: 0,
        description: 'The quantity of the (first) product that this basket can have.',
        example: 3,
      },
    },
    sometimes: { skus: SKUS, lines: LINES },
  },
  'insufficient-scope': {
    always: { scope: { type: 'string', description: 'The missing scope.', example: 'orders:read' } },
  },
  'basket-ambiguous': { always: { baskets: BASKETS } },
  'changes-refused': {
    always: {
      results: { type: 'array', items: { $ref: getSchemaPath('ChangeResultDto') } },
      basket: BASKET,
    },
  },
  'quantity-rule': {
    sometimes: {
      minQuantity: { type: 'integer', minimum: 1, example: 6 },
      maxQuantity: { type: ['integer', 'null'], example: 60 },
      quantityStep: { type: 'integer', minimum: 1, example: 6 },
      nearest: NEAREST,
      skus: SKUS,
    },
  },
  'precondition-failed': { always: { basket: BASKET } },
  'quantity-limit': {
    always: { limit: { type: 'integer', description: 'The limit that was exceeded.', example: 99 } },
  },
  'total-changed': { always: { basket: BASKET } },
  unavailable: { always: { skus: SKUS } },
};

/** Returns the additional members of a type. `ProblemDto` has the members of all problems. */
export function membersOf(type: ProblemType): Required<ProblemMembersSchema> {
  return { always: {}, sometimes: {}, ...PROBLEM_MEMBERS[type] };
}
