import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CurrentVisitor } from '../auth/visitor/visitor.decorator.js';
import { ForDeferredVisitors } from '../auth/visitor/for-visitors.decorator.js';
import { ApiSku } from '../catalogue/api-sku.decorator.js';
import { SkuPipe, StoredSkuPipe } from '../catalogue/sku.pipe.js';
import { ApiProblems } from '../problem/api-problems.decorator.js';
import {
  ApiIdempotencyKey,
  ApiIfMatch,
  BASKET_HEADERS,
  CHANGE_PROBLEMS,
  CREATED_BASKET_HEADERS,
  FIRST_BASKET_HEADERS,
} from './api-basket.decorator.js';
import { AddLineDto, BasketDto, ChangeQuantityDto } from './basket.dto.js';
import { BasketService } from './basket.service.js';
import type { BasketVisitor } from './change/basket-visitor.js';
import { BasketWriteQueue } from './change/basket-write-queue.service.js';
import { type Conditions, CurrentConditions } from './change/conditions.decorator.js';
import { TagBaskets } from './tag-baskets.decorator.js';

/** The problems of each change that can add to a basket. */
const CHANGE_LINE_PROBLEMS = [
  'insecure-connection',
  'basket-frozen',
  'insufficient-stock',
  'quantity-limit',
  'quantity-rule',
  'too-many-guests',
] as const;

@ForDeferredVisitors('basket')
@TagBaskets()
@Controller('api/basket')
export class BasketController {
  constructor(
    private readonly baskets: BasketService,
    private readonly queue: BasketWriteQueue,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getBasket',
    summary: 'Get the basket, or an empty one, which is not stored',
    description:
      'Prices and notices are current, even if the `ETag` has not changed. Read the basket again when the tab gets the focus: another tab or device may have changed it.',
  })
  @ApiOkResponse({ type: BasketDto, headers: BASKET_HEADERS })
  async read(@CurrentVisitor() visitor: BasketVisitor): Promise<BasketDto> {
    return this.baskets.read(visitor);
  }

  @Post('lines')
  @ApiOperation({
    operationId: 'addBasketLine',
    summary: 'Add a product to the basket',
    description:
      "A guest's first add creates the session and sets its cookie. Send a browser's first write alone: two concurrent writes without a cookie create two sessions.",
  })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiCreatedResponse({ type: BasketDto, headers: CREATED_BASKET_HEADERS })
  @ApiProblems(
    ...CHANGE_PROBLEMS,
    ...CHANGE_LINE_PROBLEMS,
    'unknown-sku',
    'idempotency-key-reused',
    'migration-pending',
  )
  async addLine(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Body() line: AddLineDto,
  ): Promise<BasketDto> {
    return this.queue.run(visitor, conditions, () => this.baskets.addLine(visitor, conditions, line));
  }

  @Put('lines/:lineId')
  @ApiOperation({
    operationId: 'setBasketLine',
    summary: 'Set the quantity of a line (0 removes it)',
    description:
      'A repeated request changes nothing more, so it needs no `Idempotency-Key`. If no line has this id, it is the sku of a new line without attributes.',
  })
  @ApiSku('accepted', 'lineId')
  @ApiIfMatch()
  @ApiOkResponse({ type: BasketDto, headers: FIRST_BASKET_HEADERS })
  @ApiProblems(...CHANGE_PROBLEMS, ...CHANGE_LINE_PROBLEMS, 'unknown-product', 'unavailable')
  async changeQuantity(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Param('lineId', SkuPipe) lineId: string,
    @Body() { quantity }: ChangeQuantityDto,
  ): Promise<BasketDto> {
    return this.queue.run(visitor, conditions, () =>
      this.baskets.changeQuantity(visitor, conditions, lineId, quantity),
    );
  }

  @Delete('lines/:lineId')
  @ApiOperation({
    operationId: 'removeBasketLine',
    summary: 'Remove a line (200 even if it is not in the basket)',
    description: 'The version rises only if the line was in the basket.',
  })
  @ApiSku('stored', 'lineId')
  @ApiIfMatch()
  @ApiOkResponse({ type: BasketDto, headers: BASKET_HEADERS })
  @ApiProblems(...CHANGE_PROBLEMS, 'basket-frozen')
  async removeLine(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Param('lineId', StoredSkuPipe) lineId: string,
  ): Promise<BasketDto> {
    return this.queue.run(visitor, conditions, () => this.baskets.removeLine(visitor, conditions, lineId));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'clearBasket',
    summary: 'Remove the basket with all its lines (204 even if there is none)',
    description: 'The session stays. The next add creates a new basket.',
  })
  @ApiIfMatch()
  @ApiNoContentResponse()
  @ApiProblems(...CHANGE_PROBLEMS, 'basket-frozen')
  async clear(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
  ): Promise<void> {
    await this.queue.run(visitor, conditions, () => this.baskets.clear(visitor, conditions));
  }
}
