import base from './jest.config.mjs';

/** Runs the tests in a real browser. They need Chromium, which `npm test` does not need. */
export default {
  ...base,
  testPathIgnorePatterns: [],
  roots: ['<rootDir>/test/browser'],
};
