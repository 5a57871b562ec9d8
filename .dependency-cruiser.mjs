/** Rooms that know nothing of a shop. The rooms of the shop may import them. */
const SHARED = ['config', 'database', 'http', 'problem'];

/** The rooms of the shop. Who composes them may import them all. */
const SHOP = ['session', 'catalogue', 'auth', 'basket', 'monitoring', 'admin', 'oscar-import', 'web'];

/**
 * The rooms of `src/`, each with what it may import besides itself. Every arrow runs down: a room
 * is above those that it imports. ARCHITECTURE.md says what each is for.
 */
const MAY_IMPORT = {
  'http/request': [],
  problem: ['http/request'],
  config: ['problem'],
  database: ['config', 'problem'],
  http: ['config', 'problem'],
  web: SHARED,
  session: SHARED,
  catalogue: SHARED,
  auth: [...SHARED, 'session'],
  basket: [...SHARED, 'session', 'catalogue', 'auth/event', 'auth/visitor'],
  'oscar-import': [...SHARED, 'catalogue', 'auth/password', 'basket/query'],
  monitoring: [...SHARED, 'session', 'auth', 'basket'],
  admin: [...SHARED, 'session', 'catalogue', 'auth', 'basket', 'monitoring'],
  app: [...SHARED, ...SHOP, 'ormconfig.ts'],
  command: [...SHARED, ...SHOP, 'app'],
  'ormconfig.ts': ['config', 'database', 'session', 'catalogue', 'auth', 'basket'],
};

const ENTRIES = '^src/(main|cli)\\.ts$';
const PROGRAM = '^(src/|ormconfig\\.ts$)';

/** The pattern of a room's files, from the row's name. */
const pathOf = (room) => (room === 'ormconfig.ts' ? '^ormconfig\\.ts$' : `^src/${room}/`);

const ROOMS = Object.keys(MAY_IMPORT);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...ROOMS.map((room) => ({
      name: `${room}-may-import`,
      comment: `${room} may import: ${MAY_IMPORT[room].join(', ') || 'no other room'}.`,
      severity: 'error',
      from: { path: pathOf(room) },
      to: { path: PROGRAM, pathNot: [room, ...MAY_IMPORT[room]].map(pathOf) },
    })),
    {
      name: 'every-room-in-the-table',
      comment: 'A new folder of src/ needs a row in MAY_IMPORT. Only the two entries lie outside of a room.',
      severity: 'error',
      from: { path: '^src/', pathNot: [...ROOMS.map(pathOf), ENTRIES] },
      to: {},
    },
    {
      name: 'no-unused-file',
      comment: 'Neither of the two entries needs it.',
      severity: 'error',
      from: { path: ENTRIES },
      to: { path: '^src/', pathNot: ENTRIES, reachable: false },
    },
    {
      name: 'no-circle',
      comment: 'Two files that need each other are one file, or need a third. An import of a type counts.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-barrel',
      comment: 'Import what you need from its own file: a list of exports hides who uses what.',
      severity: 'error',
      from: {},
      to: { path: '^src/.*/index\\.ts$' },
    },
    {
      name: 'no-import-at-run-time',
      comment: '`import()` hides a circle and is slow in the middle of a request.',
      severity: 'error',
      from: { path: PROGRAM },
      to: { dynamic: true },
    },
    {
      name: 'no-test-in-the-program',
      comment: 'The build takes src/ and ormconfig.ts alone.',
      severity: 'error',
      from: { path: PROGRAM },
      to: { path: '^(test|bench|scripts|web)/' },
    },
    {
      name: 'no-tool-in-the-program',
      comment: 'Production installs no devDependencies.',
      severity: 'error',
      from: { path: PROGRAM },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-missing-import',
      comment: 'The file or the package does not exist, so no other rule can judge the import.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    // Imports of types as well: they show what a file knows of another one.
    tsPreCompilationDeps: true,
  },
};
