import { describe, expect, it } from '@jest/globals';
import { BatchSize } from '../../../src/session/cleanup/batch-size.js';

describe('the size of a batch', () => {
  it('is halved after slow batches and doubled after fast ones, up to the maximum', () => {
    const batchSize = new BatchSize(2_000);
    const sizes = [5_000, 5_000, 150, 20, 20, 20].map((milliseconds) => {
      batchSize.recordDuration(milliseconds);
      return batchSize.current;
    });

    expect(sizes).toEqual([1_000, 500, 500, 1_000, 2_000, 2_000]);
  });

  it('is at least one row', () => {
    const batchSize = new BatchSize(3);

    expect([
      batchSize.halve(),
      batchSize.current,
      batchSize.halve(),
      batchSize.current,
      batchSize.halve(),
      batchSize.current,
    ]).toEqual([true, 2, true, 1, false, 1]);
  });
});
