import type { Handler } from './context.js';

/**
 * An option as commander declares it, e.g. `['--only <ids>', 'these tasks alone, e.g. 0.4,3.1']`. One that is
 * `repeatable` gives an array, with an empty text where it was given without the value that it can do without.
 */
export type OptionSpec = readonly [flags: string, description: string, repeatable?: 'repeatable'];

/** A command as data: what `--help` needs to know. Its code is loaded when it runs. */
export interface CommandSpec {
  /** `provision`, or `config validate` for a command of a group. */
  name: string;
  summary: string;
  /** Positional arguments as commander writes them: `<id>`, `[name]`. */
  args?: string;
  options?: readonly OptionSpec[];
  examples: readonly string[];
  /** Runs when its group is called without a subcommand. */
  isDefault?: boolean;
  load(): Promise<Handler<never>>;
}

/** Groups whose commands are subcommands, with their summaries; a group within another comes after it. A command can have subcommands too: `check explain`. */
export const GROUPS: Readonly<Record<string, string>> = {
  config: 'look at the configuration',
  lab: 'disposable hosts in containers',
  task: 'the documented tasks',
  lock: 'who is changing the host',
  backup: 'sets of everything that a server holds, known to restore',
  db: 'the schema of the database, and whether it agrees with Qdrant',
  'db keys': 'the keys that the gateway lets in',
};

const SELECTION: readonly OptionSpec[] = [
  ['--only <ids>', 'these tasks alone, e.g. 0.4,3.1'],
  ['--skip <ids>', 'all but these tasks'],
  ['--from <id>', 'this task and those after it'],
];

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    summary: 'write vdb.yaml and a file with strong secrets',
    options: [
      ['--address <address>', 'name or address of the server'],
      ['--user <user>', 'account to log in as'],
      ['--port <port>', 'SSH port'],
      ['--name <name>', 'name of the host in the configuration'],
      ['--identity <file>', 'private key to log in with'],
      ['--qdrant-version <version>', 'version of Qdrant to pin'],
      ['--python-index <url>', 'package index to use instead of PyPI'],
      ['--accept-new-host-key', 'trust the key that the host shows at the first connection'],
      ['--force', 'replace an existing vdb.yaml (an existing secrets file is kept)'],
    ],
    examples: ['vdb init', 'vdb init --address 192.168.10.30 --user ops'],
    load: async () => (await import('./commands/init.js')).init,
  },
  {
    name: 'config validate',
    summary: 'check the configuration file and every secret it refers to',
    examples: ['vdb config validate', 'vdb --lab one config validate'],
    load: async () => (await import('./commands/config.js')).validate,
  },
  {
    name: 'config show',
    summary: 'print the effective configuration, secrets masked',
    options: [['--origins', 'say where each value comes from']],
    examples: ['vdb config show', 'vdb config show --origins'],
    load: async () => (await import('./commands/config.js')).show,
  },
  {
    name: 'config schema',
    summary: 'print the JSON Schema of vdb.yaml, for editors',
    examples: ['vdb config schema > vdb.schema.json'],
    load: async () => (await import('./commands/config.js')).schema,
  },
  {
    name: 'lab up',
    args: '[name]',
    summary: 'start a disposable host and write its configuration to .vdb/lab/NAME',
    options: [
      ['--image <image>', 'container image to build the host from'],
      ['--qdrant <file>', 'Qdrant binary to use instead of looking for one'],
      ['--user <user>', 'account that vdb uses there: root or ops (with sudo)'],
    ],
    examples: ['vdb lab up', 'vdb lab up two --user ops', 'vdb --lab two provision'],
    load: async () => (await import('./commands/lab.js')).up,
  },
  {
    name: 'lab down',
    args: '[name]',
    summary: 'remove a lab host and its directory',
    options: [['--all', 'every lab host of this directory']],
    examples: ['vdb lab down', 'vdb lab down --all'],
    load: async () => (await import('./commands/lab.js')).down,
  },
  {
    name: 'lab status',
    summary: 'list the lab hosts of this directory',
    examples: ['vdb lab status'],
    load: async () => (await import('./commands/lab.js')).status,
  },
  {
    name: 'lab ssh',
    args: '[name] [command...]',
    summary: 'log in to a lab host',
    examples: ['vdb lab ssh', 'vdb lab ssh default systemctl --failed'],
    load: async () => (await import('./commands/lab.js')).ssh,
  },
  {
    name: 'provision',
    summary: 'bring a host to the state that the configuration describes',
    options: [
      ['--plan', 'show what would change, change nothing; exit code 1 where something is refused or unseen'],
      ['-o, --out <file>', 'with --plan: save the plan for `vdb apply`'],
      ...SELECTION,
      ['--report <dir>', 'write an execution record of each task as Markdown'],
    ],
    examples: ['vdb provision --plan', 'vdb provision', 'vdb --lab default provision --only 0.4'],
    load: async () => (await import('./commands/provision.js')).provision,
  },
  {
    name: 'apply',
    args: '<plan>',
    summary: 'apply a saved plan exactly; refuses when the host has moved on',
    options: [['--report <dir>', 'write an execution record of each task as Markdown']],
    examples: ['vdb provision --plan -o plan.json', 'vdb apply plan.json'],
    load: async () => (await import('./commands/apply.js')).apply,
  },
  {
    name: 'task list',
    summary: 'number, title, dependencies, state on the host and last run of each task',
    options: [['--offline', 'do not look at the host']],
    examples: ['vdb task list', 'vdb task list --offline'],
    load: async () => (await import('./commands/task.js')).list,
  },
  {
    name: 'task show',
    args: '<id>',
    summary: 'the sub-tasks of a task with their success criteria',
    examples: ['vdb task show 0.4'],
    load: async () => (await import('./commands/task.js')).show,
  },
  {
    name: 'task run',
    args: '<id>',
    summary: 'bring one task to its desired state',
    options: [
      ['--plan', 'show what would change, change nothing'],
      ['--report <dir>', 'write an execution record as Markdown'],
    ],
    examples: ['vdb task run 0.4', 'vdb task run 3.1 --plan'],
    load: async () => (await import('./commands/task.js')).run,
  },
  {
    name: 'task rollback',
    args: '<id>',
    summary: 'take a task back: back up, remove, verify',
    options: [['--plan', 'show what would be removed, change nothing']],
    examples: ['vdb task rollback 3.1 --plan', 'vdb task rollback 3.1'],
    load: async () => (await import('./commands/rollback-task.js')).rollback,
  },
  {
    name: 'deploy',
    summary: 'bring new releases in beside those that serve, without a failed request or a lost write',
    options: [
      ['--blue-green', 'beside the release that serves, then in its place (the default)'],
      ['--in-place', 'in place of what serves, with a restart: the downtime is measured'],
      ['--service <name>', 'what is deployed: qdrant, gateway, or all (the default): what differs'],
      ['--strategy <name>', 'how data of Qdrant is copied: replicate, snapshot; by default as it can be'],
      ['--version <version>', 'of Qdrant, in place of the configured one'],
      ['--artifact <path>', 'what is installed, in place of the configured artefact'],
      ['--plan', 'show what would be done, change nothing'],
      ['--pause-after <phase>', 'wait after this phase for `vdb deploy continue` or `abort`'],
      ['--report <dir>', 'write the record of the deploy as Markdown and JSON'],
    ],
    examples: [
      'vdb deploy --plan',
      'vdb deploy --blue-green',
      'vdb deploy --service qdrant --version 1.18.3',
      'vdb deploy --pause-after gate',
      'vdb deploy --in-place --service gateway',
    ],
    load: async () => (await import('./commands/deploy.js')).deploy,
  },
  {
    name: 'deploy status',
    summary: 'where the last deploy stands, phase by phase',
    examples: ['vdb deploy status', 'vdb deploy status --json'],
    load: async () => (await import('./commands/deploy.js')).status,
  },
  {
    name: 'deploy continue',
    summary: 'go on with a deploy that was paused or cut short',
    options: [['--report <dir>', 'write the record of the deploy as Markdown and JSON']],
    examples: ['vdb deploy continue'],
    load: async () => (await import('./commands/deploy.js')).proceed,
  },
  {
    name: 'deploy abort',
    summary: 'take a deploy back that is not at its end: users are where they came from',
    examples: ['vdb deploy abort'],
    load: async () => (await import('./commands/deploy.js')).abandon,
  },
  {
    name: 'rollback',
    summary: 'go back to the release that served before, with its settings',
    options: [
      ['--service <name>', 'qdrant or gateway; by default what was deployed last'],
      ['--to <release>', 'go back only if this is the release that stands by'],
      ['--strategy <name>', 'how data of Qdrant comes back: replicate, snapshot, set (a backup, with loss)'],
      ['--plan', 'show what would be done, change nothing'],
      ['--report <dir>', 'write the record of the rollback as Markdown and JSON'],
    ],
    examples: ['vdb rollback --plan', 'vdb rollback'],
    load: async () => (await import('./commands/rollback.js')).rollback,
  },
  {
    name: 'releases',
    summary: 'what is installed: what serves, what stands by, what failed, and where it came from',
    examples: ['vdb releases', 'vdb releases --json'],
    load: async () => (await import('./commands/releases.js')).releases,
  },
  {
    name: 'check',
    args: '[group|id...]',
    summary: 'is the server ready, and does it equal its configuration?',
    options: [
      ['--exclude <words>', 'groups or ids to leave out, separated by commas', 'repeatable'],
      ['--severity <level>', 'only checks at least this severe: warning, error, critical'],
      ['--wait <time>', 'poll until ready, for at most this long: 120s, 5m'],
      ['--fix', 'run the tasks that repair what is found, then check again'],
      ['--record', "leave the results on the host, for the gateway's production/readiness"],
      [
        '--format <format>',
        'FORMAT or FORMAT=FILE: table, json, junit, github, tap, nagios, prometheus',
        'repeatable',
      ],
      ['--output <file>', 'where the one format goes'],
      ['--junit <file>', 'short for --format junit=FILE'],
      [
        '--checklist [file]',
        'the production readiness checklist, computed: Markdown, or as the file ends: .md, .html',
        'repeatable',
      ],
    ],
    examples: [
      'vdb check',
      'vdb check drift',
      'vdb check readiness --wait 120s --junit out.xml',
      'vdb check security --severity error',
      'vdb check redis --fix',
      'vdb check readiness --record',
      'vdb check canary',
      'vdb check readiness --checklist readiness.html',
    ],
    load: async () => (await import('./commands/check.js')).check,
  },
  {
    name: 'check explain',
    args: '[id...]',
    summary:
      'what a check looks at, why, and how to repair or accept what it finds; without an id all checks',
    examples: [
      'vdb check explain',
      'vdb check explain qdrant.auth',
      'vdb check explain storage.free --verbose',
    ],
    load: async () => (await import('./commands/explain.js')).explain,
  },
  {
    name: 'check validate',
    args: '[document...]',
    summary: 'which success criteria of the documents hold, and what was seen',
    examples: ['vdb check validate', 'vdb check validate 0.4 3.1', 'vdb check validate --json'],
    load: async () => (await import('./commands/check-validate.js')).validate,
  },
  {
    name: 'backup create',
    isDefault: true,
    summary: 'take a set of everything: collections, databases, configuration',
    options: [
      ['--consistent', 'only if nothing is written meanwhile, so that all parts have one instant'],
      ['--skip-if-locked', 'end well, without a word, while another run changes the host'],
    ],
    examples: ['vdb backup', 'vdb backup --skip-if-locked', 'vdb --lab default backup create --json'],
    load: async () => (await import('./commands/backup-create.js')).create,
  },
  {
    name: 'backup list',
    summary: 'the backup sets of the host: age, size, what they hold, whether they are whole',
    options: [['--repository <name>', 'the copies in this repository instead']],
    examples: ['vdb backup list', 'vdb backup list --json', 'vdb backup list --repository nas'],
    load: async () => (await import('./commands/backup-list.js')).list,
  },
  {
    name: 'backup show',
    args: '[set]',
    summary: 'the parts of a set, with counts, versions and what was left out (default: latest)',
    examples: ['vdb backup show', 'vdb backup show 20261124', 'vdb backup show latest --json'],
    load: async () => (await import('./commands/backup-list.js')).show,
  },
  {
    name: 'backup verify',
    args: '[set...]',
    summary: 'read sets from end to end: sizes, hashes, tables of contents (default: latest)',
    options: [['--all', 'every set']],
    examples: ['vdb backup verify', 'vdb backup verify 20261124T020000Z', 'vdb backup verify --all --json'],
    load: async () => (await import('./commands/backup-verify.js')).verify,
  },
  {
    name: 'backup drill',
    args: '[set]',
    summary: 'restore a set beside production as a test, compare, leave nothing behind (default: latest)',
    options: [['--skip-if-locked', 'end well, without a word, while another run changes the host']],
    examples: ['vdb backup drill', 'vdb backup drill 20261124 --json', 'vdb backup drill --skip-if-locked'],
    load: async () => (await import('./commands/backup-drill.js')).drill,
  },
  {
    name: 'backup copy',
    args: '[set]',
    summary: 'copy a set to the repositories of the configuration',
    options: [['--to <repository>', 'this repository alone', 'repeatable']],
    examples: ['vdb backup copy', 'vdb backup copy 20261124T020000Z --to nas --to s3'],
    load: async () => (await import('./commands/backup-copies.js')).copy,
  },
  {
    name: 'backup pull',
    args: '[set]',
    summary: 'bring a set to this machine; continues where an earlier run was cut off',
    options: [
      [
        '--to <dir>',
        'directory of the sets here (default: the repository on this machine, else vdb-backups/HOST)',
      ],
    ],
    examples: ['vdb backup pull', 'vdb backup pull 20261124T020000Z --to /srv/copies'],
    load: async () => (await import('./commands/backup-copies.js')).pull,
  },
  {
    name: 'backup fetch',
    args: '[set]',
    summary: 'bring a set back to the host from a repository or a directory of this machine',
    options: [['--from <place>', 'name of a repository, or a directory of this machine that holds sets']],
    examples: ['vdb backup fetch --from nas', 'vdb backup fetch 20261124T020000Z --from ./vdb-backups/main'],
    load: async () => (await import('./commands/backup-copies.js')).fetch,
  },
  {
    name: 'backup prune',
    summary: 'remove the sets that retention does not keep',
    options: [['--plan', 'show what would go, what would stay and why; remove nothing']],
    examples: ['vdb backup prune --plan', 'vdb backup prune'],
    load: async () => (await import('./commands/backup-prune.js')).prune,
  },
  {
    name: 'backup pin',
    args: '<set>',
    summary: 'keep a set whatever its age',
    options: [['--reason <text>', 'why; needed']],
    examples: ["vdb backup pin latest --reason 'before the migration of users'"],
    load: async () => (await import('./commands/backup-pin.js')).pin,
  },
  {
    name: 'backup unpin',
    args: '<set>',
    summary: 'leave a set to retention again',
    examples: ['vdb backup unpin 20261124T020000Z'],
    load: async () => (await import('./commands/backup-pin.js')).unpin,
  },
  {
    name: 'backup schedule',
    args: '[action]',
    summary: 'show, install or remove what starts backups: a timer or an entry of cron',
    options: [
      ['--on <where>', 'server: it takes its backups by itself; here: this machine does (default: server)'],
      ['--with <means>', 'timer or cron (default: a timer where there is systemd)'],
      ['--plan', 'show what would change, change nothing'],
    ],
    examples: [
      'vdb backup schedule',
      'vdb backup schedule install --plan',
      'vdb backup schedule install',
      'vdb backup schedule install --on here --with cron',
      'vdb backup schedule remove',
    ],
    load: async () => (await import('./commands/backup-schedule.js')).schedule,
  },
  {
    name: 'restore',
    args: '<set>',
    summary: 'bring a backup set back: beside what is there, compared, then switched',
    options: [
      ['--collection <name>', 'this collection alone (repeatable)', 'repeatable'],
      ['--as <name>', 'with one --collection: restore it under this name and switch nothing'],
      ['--only <parts>', 'postgres, qdrant, redis, config, separated by commas', 'repeatable'],
      ['--plan', 'show what would happen, change nothing'],
    ],
    examples: [
      'vdb restore latest --plan',
      'vdb restore 20261124T020000Z',
      'vdb restore 20261124 --collection general',
      'vdb restore latest --collection general --as general_check',
      'vdb restore latest --only config',
    ],
    load: async () => (await import('./commands/restore.js')).restore,
  },
  {
    name: 'restore list',
    summary: 'what restores have kept of what was there before them, and what was left over',
    examples: ['vdb restore list', 'vdb restore list --json'],
    load: async () => (await import('./commands/restore-kept.js')).list,
  },
  {
    name: 'restore undo',
    args: '[set]',
    summary: 'take a restore back: what was there before it serves again',
    examples: ['vdb restore undo', 'vdb restore undo 20261124T020000Z --yes'],
    load: async () => (await import('./commands/restore-kept.js')).undo,
  },
  {
    name: 'restore discard',
    args: '[set]',
    summary: 'remove what a restore has kept, for good',
    examples: ['vdb restore discard', 'vdb restore discard 20261124T020000Z'],
    load: async () => (await import('./commands/restore-kept.js')).discard,
  },
  {
    name: 'db status',
    summary: 'is the schema that of this release, and what waits for Qdrant?',
    examples: ['vdb db status', 'vdb db status --json'],
    load: async () => (await import('./commands/db-status.js')).status,
  },
  {
    name: 'db migrate',
    summary: 'bring the schema to the newest migration of this release',
    options: [
      ['--to <revision>', 'no further than this one'],
      ['--plan', 'show what would change, change nothing'],
    ],
    examples: ['vdb db migrate --plan', 'vdb db migrate', 'vdb db migrate --to 004_outbox'],
    load: async () => (await import('./commands/db-migrate.js')).migrate,
  },
  {
    name: 'db rollback',
    summary: 'take migrations back: says which and what is lost, then asks',
    options: [
      ['--steps <count>', 'so many migrations (default: 1)'],
      ['--to <revision>', 'all after this one, which stays; base: all'],
      ['--plan', 'show what would be taken back and lost, change nothing'],
    ],
    examples: ['vdb db rollback --plan', 'vdb db rollback', 'vdb db rollback --to 001_initial_schema --yes'],
    load: async () => (await import('./commands/db-rollback.js')).rollback,
  },
  {
    name: 'db sync',
    summary: 'compare Qdrant and PostgreSQL, collection by collection, exactly',
    options: [
      ['--plan', 'only compare (the default)'],
      ['--repair', 'repair what differs: Qdrant owns the vectors, PostgreSQL the metadata'],
    ],
    examples: ['vdb db sync', 'vdb db sync --plan --json', 'vdb db sync --repair'],
    load: async () => (await import('./commands/db-sync.js')).sync,
  },
  {
    name: 'db keys list',
    summary: 'name, scopes, age and last use of each key',
    examples: ['vdb db keys list', 'vdb db keys list --json'],
    load: async () => (await import('./commands/db-keys.js')).list,
  },
  {
    name: 'db keys issue',
    args: '<name>',
    summary: 'make a key; it is written to stdout, this once',
    options: [
      ['--scopes <scopes>', 'what it may do, separated by commas: read, write, admin'],
      ['--expires <day>', 'the last day on which it is let in, in UTC: 2030-01-31'],
    ],
    examples: [
      'vdb db keys issue reports --scopes read',
      'vdb db keys issue importer --scopes read,write --expires 2030-01-31',
    ],
    load: async () => (await import('./commands/db-keys.js')).issue,
  },
  {
    name: 'db keys revoke',
    args: '<id>',
    summary: 'refuse a key from now on',
    examples: ['vdb db keys revoke 7'],
    load: async () => (await import('./commands/db-keys.js')).revoke,
  },
  {
    name: 'diagnose',
    summary: 'collect what a support case needs in one archive, secrets masked',
    options: [['--output <file>', 'where the archive goes (default: vdb-diagnose-HOST-TIME.tar.gz here)']],
    examples: ['vdb diagnose', 'vdb diagnose --output case-42.tar.gz', 'vdb --lab default diagnose --json'],
    load: async () => (await import('./commands/diagnose.js')).diagnose,
  },
  {
    name: 'status',
    summary: 'what runs where: host, services, versions, slot, collections',
    examples: ['vdb status', 'vdb --lab default status --json'],
    load: async () => (await import('./commands/status.js')).status,
  },
  {
    name: 'capacity',
    summary: 'what memory and disk the collections need, whether they fit, and until when',
    options: [
      ['--points <count>', 'for so many points: 250000, 1.5M, 100M'],
      ['--dim <count>', 'of one collection with so many dimensions, in place of the configured ones'],
      ['--quantization <kind>', 'none, scalar, binary or product'],
      ['--compression <ratio>', 'of product quantization: x4 to x64'],
      ['--payload <size>', 'bytes of payload of a point: 512, 2K'],
      ['--m <count>', 'edges of a node of the HNSW graph'],
      ['--on-disk <parts>', 'what is not kept in memory, of vectors,graph,payload; or none'],
      ['--ram <size>', 'on a host with so much memory'],
      ['--disk <size>', 'with so much disk for data; with --ram no host is asked'],
      ['--growth <count>', 'points that come in a day'],
      ['--in-place', 'deploys are in place: there is never a second copy'],
    ],
    examples: [
      'vdb capacity',
      'vdb capacity --points 10M --growth 50k',
      'vdb capacity --quantization binary --json',
      'vdb capacity --points 100M --dim 384 --quantization scalar --ram 128G --disk 1T',
    ],
    load: async () => (await import('./commands/capacity.js')).capacity,
  },
  {
    name: 'report',
    summary: 'the state of the server as one HTML page: verdict, checks, capacity, backups, history',
    options: [
      ['--output <file>', 'where the page goes (default: stdout)'],
      ['--latency <file>', 'latencies that were measured, as JSON (vdb.latency/1)'],
    ],
    examples: [
      'vdb report --output server.html',
      'vdb --lab default report > server.html',
      'vdb report --json',
    ],
    load: async () => (await import('./commands/report.js')).report,
  },
  {
    name: 'history',
    summary: 'what was done to the host, when and by whom',
    options: [['-n, --limit <count>', 'how many runs (default 20)']],
    examples: ['vdb history', 'vdb history --limit 5 --json'],
    load: async () => (await import('./commands/history.js')).history,
  },
  {
    name: 'lock status',
    summary: 'who holds the lock of the host, since when and for what',
    examples: ['vdb lock status'],
    load: async () => (await import('./commands/lock.js')).status,
  },
  {
    name: 'completion',
    args: '<shell>',
    summary: 'print the completion script for bash, zsh or fish',
    examples: [
      'source <(vdb completion bash)',
      'vdb completion zsh > "${fpath[1]}/_vdb"',
      'vdb completion fish > ~/.config/fish/completions/vdb.fish',
    ],
    load: async () => (await import('./commands/completion.js')).completion,
  },
];
