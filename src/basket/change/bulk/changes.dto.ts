import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { SKU_SCHEMA } from '../../../catalogue/sku.js';
import { MAX_INT } from '../../../http/input/max-int.js';
import { Optional } from '../../../http/input/optional.decorator.js';
import type { FieldError } from '../../../http/input/validation.pipe.js';
import { AttributesProperty } from '../../attributes-property.decorator.js';
import { BasketDto } from '../../basket.dto.js';
import type { Attributes } from '../../query/line-id.js';
import { CHANGE_MODES, type ChangeMode, MAX_CHANGES } from './change-limits.js';
import { findChangesErrors } from './find-changes-errors.js';

class ProductChangeDto {
  @ApiProperty({ ...SKU_SCHEMA, example: 'TEA-GREEN-100' })
  sku!: string;

  @AttributesProperty()
  attributes?: Attributes | null;
}

class AddChangeDto extends ProductChangeDto {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_INT,
    description: 'Added to the quantity of the line.',
    example: 2,
  })
  add!: number;
}

const SET_SCHEMA = {
  type: 'integer',
  minimum: 0,
  maximum: MAX_INT,
  description: 'The new quantity of the line. 0 removes it.',
  example: 3,
} as const;

class SetChangeDto extends ProductChangeDto {
  @ApiProperty(SET_SCHEMA)
  set!: number;
}

class SetLineChangeDto {
  @ApiProperty({
    ...SKU_SCHEMA,
    description: 'The id of a line. Without such a line, it is the sku of a line without attributes.',
    example: 'TEA-GREEN-100',
  })
  lineId!: string;

  @ApiProperty(SET_SCHEMA)
  set!: number;
}

/** A change of one line, as the body has it. */
export type RequestedChange = AddChangeDto | SetChangeDto | SetLineChangeDto;

@ApiExtraModels(AddChangeDto, SetChangeDto, SetLineChangeDto)
export class ChangeBasketDto {
  @ApiProperty({
    enum: CHANGE_MODES,
    description:
      'all: if one change is refused, none is made. possible: makes each change that is not refused.',
  })
  mode!: ChangeMode;

  @ApiProperty({
    type: 'array',
    minItems: 1,
    maxItems: MAX_CHANGES,
    items: {
      oneOf: [AddChangeDto, SetChangeDto, SetLineChangeDto].map((dto) => ({ $ref: getSchemaPath(dto) })),
    },
    example: [
      { sku: 'TEA-GREEN-100', add: 2 },
      { lineId: 'CUP-WHITE', set: 0 },
    ],
  })
  changes!: RequestedChange[];

  static findErrors(this: void, body: unknown): FieldError[] {
    return findChangesErrors(body);
  }
}

export class ReorderDto {
  @ApiPropertyOptional({
    enum: CHANGE_MODES,
    default: 'possible',
    description: 'all: if one line is refused, none is added. possible: adds each line that is not refused.',
  })
  @Optional()
  @IsIn(CHANGE_MODES)
  mode?: ChangeMode;
}

const REFUSALS = [
  'unknown-sku',
  'unavailable',
  'quantity-limit',
  'quantity-rule',
  'insufficient-stock',
] as const;

export class NearestDto {
  @ApiProperty({ type: 'integer', nullable: true, example: 6 })
  below!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 12 })
  above!: number | null;
}

/** The problem that a request with this change alone would get. */
export class ChangeProblemDto {
  @ApiProperty({
    enum: REFUSALS.map((type) => `/problems/${type}`),
    example: '/problems/insufficient-stock',
  })
  type!: string;

  @ApiProperty({ example: 'The stock is too small' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 409 })
  status!: number;

  @ApiProperty({ example: 'Reduce the quantity to 3 or less.' })
  detail!: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'Of `insufficient-stock`.', example: 3 })
  available?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Of `quantity-limit`.' })
  limit?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Of `quantity-rule`.' })
  minQuantity?: number;

  @ApiPropertyOptional({ type: 'integer', nullable: true, description: 'Of `quantity-rule`.' })
  maxQuantity?: number | null;

  @ApiPropertyOptional({ type: 'integer', description: 'Of `quantity-rule`.' })
  quantityStep?: number;

  @ApiPropertyOptional({ description: 'Of `quantity-rule`: the allowed totals next to the refused one.' })
  nearest?: NearestDto;

  @ApiPropertyOptional({ type: [String], description: 'Of `unavailable`.' })
  skus?: string[];
}

export class ChangeResultDto {
  @ApiProperty({ type: 'integer', description: 'The place of the change in the request.', example: 0 })
  index!: number;

  @ApiProperty({ description: 'The id of the line that the change means.', example: 'TEA-GREEN-100' })
  lineId!: string;

  @ApiProperty({ example: false })
  done!: boolean;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 1,
    description: 'The quantity of the line after the whole request. Null without a line.',
    example: 2,
  })
  quantity!: number | null;

  @ApiProperty({
    type: () => ChangeProblemDto,
    nullable: true,
    description:
      'The problem that a request with this change alone would get. A refusal holds for all changes of a product. Null without one.',
  })
  problem!: ChangeProblemDto | null;
}

export class ChangedBasketDto {
  @ApiProperty()
  basket!: BasketDto;

  @ApiProperty({
    type: [ChangeResultDto],
    description: 'The result of each change, in the order of the request.',
  })
  results!: ChangeResultDto[];
}
