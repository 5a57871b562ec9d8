import base from './jest.config.mjs';

/** The stories in a real browser: they need a Chromium, which `npm test` does not. */
export default {
  ...base,
  testPathIgnorePatterns: [],
  roots: ['<rootDir>/test/browser'],
};
