import { describe, expect, it } from '@jest/globals';
import { BatchPace } from '../../../src/session/cleanup/batch-size.js';

describe('the pace of batches', () => {
  it('halves while batches take long and doubles again when they are quick, up to the most', () => {
    const pace = new BatchPace(2_000);
    const sizes = [5_000, 5_000, 150, 20, 20, 20].map((milliseconds) => {
      pace.took(milliseconds);
      return pace.size;
    });

    expect(sizes).toEqual([1_000, 500, 500, 1_000, 2_000, 2_000]);
  });

  it('comes down to a single row and no further', () => {
    const pace = new BatchPace(3);

    expect([pace.halve(), pace.size, pace.halve(), pace.size, pace.halve(), pace.size]).toEqual([
      true,
      2,
      true,
      1,
      false,
      1,
    ]);
  });
});
