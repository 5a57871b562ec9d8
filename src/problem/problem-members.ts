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
      available: { type: 'integer', minimum: 0, description: 'The quantity in stock.', example: 3 },
    },
    sometimes: { skus: SKUS },
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
