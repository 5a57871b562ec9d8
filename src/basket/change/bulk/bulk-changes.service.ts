import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Visitor } from '../../../auth/visitor/visitor.js';
import { ProductService } from '../../../catalogue/product.service.js';
import { Environment } from '../../../config/environment.js';
import { Problem } from '../../../problem/problem.js';
import { GuestLimiter } from '../../../session/limit/guest-limiter.service.js';
import { countAvailable } from '../../query/availability.js';
import type { BasketSnapshot } from '../../query/basket-snapshot.js';
import { lineIdOf } from '../../query/line-id.js';
import { toLineProduct } from '../../query/line-product.js';
import { writeLines } from '../../query/write-lines.js';
import { BasketChanges } from '../basket-changes.service.js';
import { type BasketVisitor, loadWriter } from '../basket-visitor.js';
import type { Conditions } from '../conditions.decorator.js';
import { createBasket } from '../create-basket.js';
import { LineKey } from '../line-key.service.js';
import { assertOpen } from '../line-rules.js';
import { markReplayed } from '../replayed.js';
import type { ChangeMode } from './change-limits.js';
import type { ChangedBasketDto, RequestedChange } from './changes.dto.js';
import { type ChangeDecision, type ChangeOutcome, decideChanges, type Products } from './decide-changes.js';
import { type LineChange, toLineChange } from './line-change.js';
import { type ChangePlan, planChanges } from './plan-changes.js';
import { type StoredResults, toOutcomes, toStoredResults } from './stored-results.js';
import { toChangeResults } from './to-change-results.js';

interface BulkRequest {
  mode: ChangeMode;
  changes: RequestedChange[];
}

/** Makes several changes of lines as one change of the basket. */
@Injectable()
export class BulkChanges {
  constructor(
    private readonly changes: BasketChanges,
    private readonly products: ProductService,
    private readonly lineKey: LineKey,
    private readonly guests: GuestLimiter,
    private readonly environment: Environment,
  ) {}

  /** @throws Problem `changes-refused`, `basket-frozen`, `migration-pending` */
  async make(
    sender: BasketVisitor | Visitor,
    conditions: Conditions,
    { mode, changes }: BulkRequest,
  ): Promise<ChangedBasketDto> {
    const lineChanges = changes.map(toLineChange);
    const withAttributes = lineChanges.find(({ added }) => added.variant !== '');
    await this.lineKey.assertAllowed(withAttributes?.added.attributes);
    const visitor = await loadWriter(sender, this.guests);
    let outcomes: ChangeOutcome[] = [];
    const { basket, isReplayed, results } = await this.changes.runForSnapshot(
      visitor,
      conditions,
      200,
      async (manager, open, recordResults) => {
        assertOpen(open);
        const decision = await this.decide(manager, open, lineChanges);
        ({ outcomes } = decision);
        recordResults(toStoredResults(outcomes));
        if (mode === 'all') this.assertNoRefusal(outcomes, open, visitor);
        return writeLines(manager, open, decision.lines, () => createBasket(manager, visitor));
      },
    );
    const dto = this.changes.toDto(basket, visitor);
    if (!isReplayed) return { basket: dto, results: toChangeResults(outcomes) };
    const recorded = toOutcomes(results as StoredResults | null, lineChanges);
    return markReplayed({ basket: dto, results: toChangeResults(recorded) });
  }

  private async decide(
    manager: EntityManager,
    basket: BasketSnapshot | null,
    changes: LineChange[],
  ): Promise<ChangeDecision> {
    const plan = planChanges(basket?.lines ?? [], changes);
    const products = await this.readProducts(manager, basket, plan);
    return decideChanges(plan, products, this.environment);
  }

  /** Reads the products of the changes, and what the basket can have of those that seem short. */
  private async readProducts(
    manager: EntityManager,
    basket: BasketSnapshot | null,
    { changes, totals }: ChangePlan,
  ): Promise<Products> {
    const skus = [...new Set(changes.map(({ line }) => line.added.sku))];
    const products = (await this.products.findAll(manager, skus)).map(toLineProduct);
    const short = products.filter(
      ({ sku, available }) => available !== null && (totals.get(sku) ?? 0) > available,
    );
    await countAvailable(manager, basket?.id ?? null, short);
    return new Map(products.map((product) => [product.sku, product]));
  }

  /** @throws Problem `changes-refused`, whose results are of the unchanged basket */
  private assertNoRefusal(outcomes: ChangeOutcome[], basket: BasketSnapshot | null, visitor: Visitor): void {
    if (outcomes.every(({ problem }) => problem === null)) return;
    const before = new Map((basket?.lines ?? []).map((line) => [lineIdOf(line), line.quantity]));
    const results = toChangeResults(outcomes).map((result) => ({
      ...result,
      done: false,
      quantity: before.get(result.lineId) ?? null,
    }));
    const detail = 'No change was made. Correct the changes with a problem in `results`.';
    throw new Problem('changes-refused', detail, { results, basket: this.changes.toDto(basket, visitor) });
  }
}
