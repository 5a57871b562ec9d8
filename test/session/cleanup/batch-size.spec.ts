import { describe, expect, it } from '@jest/globals';
import { BatchSize } from '../../../src/session/cleanup/batch-size.js';

describe('the pace of batches', () => {
  it('halves while batches take long and doubles again when they are quick, up to the most', () => {
    const batchSize = new BatchSize(2_000);
    const sizes = [5_000, 5_000, 150, 20, 20, 20].map((milliseconds) => {
      batchSize.recordDuration(milliseconds);
      return batchSize.current;
    });

    expect(sizes).toEqual([1_000, 500, 500, 1_000, 2_000, 2_000]);
  });

  it('comes down to a single row and no further', () => {
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
