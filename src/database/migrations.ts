import { CreateSchema1795467218643 } from './migrations/1795467218643-CreateSchema.js';
import { KeepIdempotencyKeys1795470600000 } from './migrations/1795470600000-KeepIdempotencyKeys.js';
import { FindOrdersAndProducts1795470700000 } from './migrations/1795470700000-FindOrdersAndProducts.js';
import { LetKeysOutliveBaskets1795557600000 } from './migrations/1795557600000-LetKeysOutliveBaskets.js';
import { CountOrphans1795557700000 } from './migrations/1795557700000-CountOrphans.js';
import { LimitLogins1795644000000 } from './migrations/1795644000000-LimitLogins.js';
import { SampleSessions1795651200000 } from './migrations/1795651200000-SampleSessions.js';
import { AddCleanupRunLastSeen1795738000000 } from './migrations/1795738000000-AddCleanupRunLastSeen.js';
import { AddTokenGeneration1795740000000 } from './migrations/1795740000000-AddTokenGeneration.js';
import { PinCurrency1795741000000 } from './migrations/1795741000000-PinCurrency.js';
import { FindUnpinnedCurrencies1795741100000 } from './migrations/1795741100000-FindUnpinnedCurrencies.js';
import { DescribeLines1795780000000 } from './migrations/1795780000000-DescribeLines.js';
import { IdentifyLines1795780100000 } from './migrations/1795780100000-IdentifyLines.js';
import { ReserveStock1795780200000 } from './migrations/1795780200000-ReserveStock.js';
import { AddApiKeys1795780250000 } from './migrations/1795780250000-AddApiKeys.js';
import { DropOldKeys1795780300000 } from './migrations/1795780300000-DropOldKeys.js';

/**
 * The migrations in their order. A list is the same in the source, the built program and the tests.
 */
export const MIGRATIONS = [
  CreateSchema1795467218643,
  KeepIdempotencyKeys1795470600000,
  FindOrdersAndProducts1795470700000,
  LetKeysOutliveBaskets1795557600000,
  CountOrphans1795557700000,
  LimitLogins1795644000000,
  SampleSessions1795651200000,
  AddCleanupRunLastSeen1795738000000,
  AddTokenGeneration1795740000000,
  PinCurrency1795741000000,
  FindUnpinnedCurrencies1795741100000,
  DescribeLines1795780000000,
  IdentifyLines1795780100000,
  ReserveStock1795780200000,
  AddApiKeys1795780250000,
  DropOldKeys1795780300000,
];
