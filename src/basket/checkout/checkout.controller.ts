import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CurrentVisitor } from '../../auth/visitor/visitor.decorator.js';
import { ForDeferredVisitors } from '../../auth/visitor/for-visitors.decorator.js';
import { ApiProblems } from '../../problem/api-problems.decorator.js';
import { ApiIdempotencyKey, ApiIfMatch, BASKET_HEADERS, CHANGE_PROBLEMS } from '../api-basket.decorator.js';
import { BasketDto } from '../basket.dto.js';
import type { BasketVisitor } from '../change/basket-visitor.js';
import { BasketWriteQueue } from '../change/basket-write-queue.service.js';
import { FreezeDto, SubmitDto, ThawDto } from './checkout.dto.js';
import { CheckoutService } from './checkout.service.js';
import { type Conditions, CurrentConditions } from '../change/conditions.decorator.js';
import { OrderDto } from '../order/order.dto.js';
import { TagBaskets } from '../tag-baskets.decorator.js';

/** The explorer sends the first example. Its own one would name an unknown basket. */
const SHOWN = { shown: { summary: 'The basket of the visitor', value: {} } };

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
      'Pins prices, names and the currency. With `reserve` it also reserves the stock until `reservedUntil`, and a repetition prolongs that. A frozen basket belongs to its payment: it refuses changes and outlives its session, and no login merges it. Without `basketId`, the basket is the one of `GET /api/basket`.',
  })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: FreezeDto, required: false, examples: SHOWN })
  @ApiOkResponse({ type: BasketDto, headers: BASKET_HEADERS })
  @ApiProblems(
    ...CHANGE_PROBLEMS,
    'unknown-basket',
    'empty-basket',
    { type: 'quantity-rule', status: 409 },
    'insufficient-stock',
    'idempotency-key-reused',
  )
  async freeze(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Body() body: FreezeDto,
  ): Promise<BasketDto> {
    return this.queue.run(visitor, conditions, () => this.checkout.freeze(visitor, conditions, body));
  }

  @Post('thaw')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'thawBasket',
    summary: 'Thaw a frozen basket, with current prices',
    description:
      "Returns the open basket. If the user has an open basket already, the frozen one is merged into it by the shop's strategy. Without `basketId`, the basket is the latest frozen one. Changes nothing if there is none.",
  })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: ThawDto, required: false, examples: SHOWN })
  @ApiOkResponse({ type: BasketDto, headers: BASKET_HEADERS })
  @ApiProblems(...CHANGE_PROBLEMS, 'unknown-basket', 'idempotency-key-reused')
  async thaw(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Body() body: ThawDto,
  ): Promise<BasketDto> {
    return this.queue.run(visitor, conditions, () => this.checkout.thaw(visitor, conditions, body));
  }

  @Post('submit')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'submitBasket',
    summary: 'Submit the basket as an order',
    description:
      'Reduces the stock and returns the order. The next add creates a new basket. The basket may be open or frozen. Send `expectedAmountMinor`, so that the shopper pays the total that was shown or nothing. If the user has several baskets, name one in `basketId`.',
  })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({
    type: SubmitDto,
    required: false,
    examples: {
      any: { summary: 'With any total', value: {} },
      seen: { summary: 'Only with the total that the shopper saw', value: { expectedAmountMinor: 900 } },
    },
  })
  @ApiOkResponse({ type: OrderDto, headers: BASKET_HEADERS })
  @ApiProblems(
    ...CHANGE_PROBLEMS,
    'unknown-basket',
    'unknown-order',
    'basket-ambiguous',
    'empty-basket',
    'unavailable',
    { type: 'quantity-rule', status: 409 },
    'insufficient-stock',
    'total-changed',
    'idempotency-key-reused',
  )
  async submit(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Body() body: SubmitDto,
  ): Promise<OrderDto> {
    return this.queue.run(visitor, conditions, () => this.checkout.submit(visitor, conditions, body));
  }
}
