import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CurrentVisitor } from '../../auth/visitor/visitor.decorator.js';
import { ForDeferredVisitors } from '../../auth/visitor/for-visitors.decorator.js';
import { ApiProblems } from '../../problem/api-problems.decorator.js';
import { ApiIdempotencyKey, ApiIfMatch, BASKET_HEADERS, CHANGE_PROBLEMS } from '../api-basket.decorator.js';
import { BasketDto, SubmitDto } from '../basket.dto.js';
import type { BasketVisitor } from '../change/basket-visitor.js';
import { BasketWriteQueue } from '../change/basket-write-queue.service.js';
import { CheckoutService } from './checkout.service.js';
import { type Conditions, CurrentConditions } from '../change/conditions.decorator.js';
import { OrderDto } from '../order/order.dto.js';
import { TagBaskets } from '../tag-baskets.decorator.js';

@ForDeferredVisitors('checkout')
@TagBaskets()
@Controller('api/basket')
export class CheckoutController {
  constructor(
    private readonly checkout: CheckoutService,
    private readonly queue: BasketWriteQueue,
  ) {}

  @Post('freeze')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'freezeBasket',
    summary: 'Freeze the basket while the shopper pays',
    description:
      'Pins prices, names and the currency, and reserves nothing. A frozen basket refuses changes and outlives its session.',
  })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiOkResponse({ type: BasketDto, headers: BASKET_HEADERS })
  @ApiProblems(...CHANGE_PROBLEMS, 'empty-basket', 'idempotency-key-reused')
  async freeze(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
  ): Promise<BasketDto> {
    return this.queue.run(visitor, conditions, () => this.checkout.freeze(visitor, conditions));
  }

  @Post('thaw')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'thawBasket',
    summary: 'Open a frozen basket again, with the prices of now',
    description: 'An open basket, or none, stays as it is.',
  })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiOkResponse({ type: BasketDto, headers: BASKET_HEADERS })
  @ApiProblems(...CHANGE_PROBLEMS, 'idempotency-key-reused')
  async thaw(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
  ): Promise<BasketDto> {
    return this.queue.run(visitor, conditions, () => this.checkout.thaw(visitor, conditions));
  }

  @Post('submit')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'submitBasket',
    summary: 'Make an order of the basket',
    description:
      'Takes the stock down. The answer is the order; the next add creates a new basket. Freezing first is not needed. With `expectedAmountMinor` nobody pays another total than the one that was shown.',
  })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({
    type: SubmitDto,
    required: false,
    examples: {
      any: { summary: 'Whatever the total is', value: {} },
      seen: { summary: 'The total that the shopper saw', value: { expectedAmountMinor: 900 } },
    },
  })
  @ApiOkResponse({ type: OrderDto, headers: BASKET_HEADERS })
  @ApiProblems(
    ...CHANGE_PROBLEMS,
    'unknown-order',
    'empty-basket',
    'unavailable',
    'insufficient-stock',
    'total-changed',
    'idempotency-key-reused',
  )
  async submit(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Body() { expectedAmountMinor }: SubmitDto,
  ): Promise<OrderDto> {
    return this.queue.run(visitor, conditions, () =>
      this.checkout.submit(visitor, conditions, expectedAmountMinor),
    );
  }
}
