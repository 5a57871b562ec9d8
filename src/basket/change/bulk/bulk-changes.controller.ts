import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CurrentVisitor } from '../../../auth/visitor/visitor.decorator.js';
import { ForDeferredVisitors } from '../../../auth/visitor/for-visitors.decorator.js';
import { BodyLimit } from '../../../http/input/body-limit.decorator.js';
import { ApiProblems } from '../../../problem/api-problems.decorator.js';
import {
  ApiIdempotencyKey,
  ApiIfMatch,
  CHANGE_PROBLEMS,
  FIRST_BASKET_HEADERS,
} from '../../api-basket.decorator.js';
import { TagBaskets } from '../../tag-baskets.decorator.js';
import type { BasketVisitor } from '../basket-visitor.js';
import { BasketWriteQueue } from '../basket-write-queue.service.js';
import { type Conditions, CurrentConditions } from '../conditions.decorator.js';
import { BulkChanges } from './bulk-changes.service.js';
import { CHANGES_BODY_LIMIT } from './change-limits.js';
import { ChangeBasketDto, ChangedBasketDto } from './changes.dto.js';

/** The problems of a request with several changes. */
export const BULK_PROBLEMS = [
  ...CHANGE_PROBLEMS,
  'insecure-connection',
  'basket-frozen',
  'changes-refused',
  'too-many-guests',
  'idempotency-key-reused',
  'migration-pending',
] as const;

@ForDeferredVisitors('basket')
@TagBaskets()
@Controller('api/basket/changes')
export class BulkChangesController {
  constructor(
    private readonly bulk: BulkChanges,
    private readonly queue: BasketWriteQueue,
  ) {}

  @Post()
  @HttpCode(200)
  @BodyLimit(CHANGES_BODY_LIMIT)
  @ApiOperation({
    operationId: 'changeBasket',
    summary: 'Make several changes as one change of the basket',
    description:
      'Limits, rules and stock are checked on the total of each product after all changes. If one is exceeded, all changes of that product are refused. With the mode `all`, any refusal is 409 `changes-refused`, and nothing is changed.',
  })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiOkResponse({ type: ChangedBasketDto, headers: FIRST_BASKET_HEADERS })
  @ApiProblems(...BULK_PROBLEMS)
  async change(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Body() request: ChangeBasketDto,
  ): Promise<ChangedBasketDto> {
    return this.queue.run(visitor, conditions, () => this.bulk.make(visitor, conditions, request));
  }
}
