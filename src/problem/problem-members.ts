import { getSchemaPath } from '@nestjs/swagger';
import type { ProblemType } from './problem-types.js';

/** A JSON Schema, of what the document says about one member. */
type MemberSchema = Record<string, unknown>;

export interface ProblemMembersSchema {
  /** In every answer of the type. */
  always?: Record<string, MemberSchema>;
  /** In some answers of the type. */
  sometimes?: Record<string, MemberSchema>;
}

const BASKET = { $ref: getSchemaPath('BasketDto') };

const SKUS = {
  type: 'array',
  items: { type: 'string' },
  description: 'The products to change or remove.',
  example: ['TEA-GREEN-100'],
};

/**
 * The further members of a problem's answer, by type.
 *
 * The test client refuses an answer with a member that is not here: clients could not know it.
 */
const PROBLEM_MEMBERS: Partial<Record<ProblemType, ProblemMembersSchema>> = {
  'invalid-input': {
    sometimes: {
      errors: {
        type: 'array',
        items: { $ref: getSchemaPath('FieldErrorDto') },
        description: 'What is wrong, field by field.',
      },
    },
  },
  'insufficient-stock': {
    always: {
      available: { type: 'integer', minimum: 0, description: 'How many can be bought.', example: 3 },
    },
    sometimes: { skus: SKUS },
  },
  'precondition-failed': { always: { basket: BASKET } },
  'quantity-limit': {
    always: { limit: { type: 'integer', description: 'The limit that was passed.', example: 99 } },
  },
  'total-changed': { always: { basket: BASKET } },
  unavailable: { always: { skus: SKUS } },
};

/** The members of all problems are in `ProblemDto`. */
export function membersOf(type: ProblemType): Required<ProblemMembersSchema> {
  return { always: {}, sometimes: {}, ...PROBLEM_MEMBERS[type] };
}
