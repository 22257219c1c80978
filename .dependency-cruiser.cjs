// The table of rooms in docs/architecture.md, enforced.
const room = (name) => `^src/${name}/`;
const ROOMS = [
  'cli',
  'config',
  'market',
  'plan',
  'providers',
  'http',
  'download',
  'store',
  'quality',
  'sandbox',
  'metrics',
  'serve',
  'backup',
];

/** A room may import itself and these, nothing else of src. */
const mayImport = (name, allowed, comment) => ({
  name: `${name}-imports`,
  comment,
  severity: 'error',
  from: { path: room(name) },
  to: { path: '^src/', pathNot: [room(name), ...allowed] },
});

/** A package or node module that only some places may import. */
const only = (what, path, places) => ({
  name: `only-there-${what}`,
  severity: 'error',
  from: { path: '^src/', pathNot: places },
  to: { path },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['\\.d\\.ts$'] }, to: {} },
    { name: 'no-dev-packages', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-dev'] } },
    {
      name: 'no-unlisted-packages',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'main-imports-cli',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/', pathNot: [room('cli')] },
    },
    { name: 'nobody-imports-main', severity: 'error', from: {}, to: { path: '^src/main\\.ts$' } },
    mayImport('market', [], 'the pure domain: itself only'),
    mayImport('plan', [room('market'), '^src/providers/provider\\.ts$'], 'pure'),
    mayImport('http', [room('market')], 'the network'),
    mayImport('store', [room('market')], 'the disk'),
    mayImport('quality', [room('market'), room('store')], 'checks of what is stored'),
    mayImport('metrics', [room('market'), '^src/download/run-report\\.ts$'], 'what runs tell other programs'),
    mayImport('serve', [room('market')], 'the service: it is handed what it works with'),
    mayImport('backup', [room('market'), room('store')], 'copies of the disk'),
    mayImport('sandbox', [room('market')], 'an independent stand-in'),
    mayImport('config', [room('market')], 'settings'),
    mayImport('providers', [room('market'), '^src/http/http-client\\.ts$'], 'sources of bars'),
    mayImport(
      'download',
      [room('market'), room('plan'), '^src/providers/provider\\.ts$', room('store')],
      'runs the plan',
    ),
    {
      name: 'providers-are-strangers',
      comment: 'a provider never imports another',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/' },
      to: { path: '^src/providers/[^/]+/', pathNot: '^src/providers/$1/' },
    },
    {
      name: 'market-is-pure',
      severity: 'error',
      from: { path: [room('market'), room('plan')] },
      to: { dependencyTypes: ['core', 'npm'] },
    },
    only('axios', '^axios$|node_modules/axios/', [room('http')]),
    only('fs', '^(node:)?fs(/promises)?$', [
      room('store'),
      room('config'),
      room('sandbox'),
      room('backup'),
      '^src/cli/doctor-disk\\.ts$',
      '^src/metrics/textfile\\.ts$',
    ]),
    only('fastify-and-croner', 'node_modules/(fastify|croner)/', [room('serve')]),
    only('prom-client', 'node_modules/prom-client/', [room('metrics')]),
    only('log-files', 'node_modules/rotating-file-stream/', [room('cli')]),
    only('commander', 'node_modules/commander/', [room('cli')]),
    only('pino', 'node_modules/pino(-pretty)?/', [room('cli')]),
    only('prompts', 'node_modules/@clack/', [room('cli')]),
    only('dotenv', 'node_modules/dotenv/', [room('config')]),
    only('csv-and-parquet', 'node_modules/(csv-stringify|parquetjs-lite)/', [room('store')]),
    only('socket-of-ibkr', 'node_modules/@stoqey/', ['^src/providers/ibkr/']),
    only('archives-and-buckets', 'node_modules/(tar|@aws-sdk)/', [room('backup')]),
    only('other-programs', '^(node:)?child_process$', [room('backup')]),
    only('net', '^(node:)?net$', [room('sandbox'), room('http')]),
    { name: 'known-rooms', severity: 'error', from: {}, to: { path: '^src/[^/]+/', pathNot: ROOMS.map(room) } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
