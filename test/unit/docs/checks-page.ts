import { type Check, GROUPS, type Group } from '../../../src/checks/check.js';
import { severityCases } from '../../../src/checks/sample.js';
import { anchorOf } from '../../../src/ui/check/data.js';
import { repairText, severityText, thresholdYaml } from '../../../src/ui/check/explain.js';
import { PLUGIN } from '../../../src/ui/check/nagios.js';
import { count } from '../../../src/ui/style.js';
import { prose } from './markdown.js';

/** `docs/checks.md`: what `vdb check` is, and every check from its own declaration. Pure. */
export function checksPage(catalogue: readonly Check[]): string {
  const groups = GROUPS.filter((group) => catalogue.some((check) => check.group === group));
  const of = (group: Group): Check[] => catalogue.filter((check) => check.group === group);
  return [
    INTRODUCTION,
    `## The ${count(catalogue.length, 'check')}`,
    '',
    ...groups.map((group) => `- [${group}](#group-${group}): ${of(group).map(linkTo).join(', ')}`),
    ...groups.flatMap((group) => ['', ...groupLines(group, of(group))]),
    '',
  ].join('\n');
}

function linkTo({ id }: Check): string {
  return `[${id}](#${anchorOf(id)})`;
}

/** Anchors are written out: what a renderer makes of a heading with a point in it is its own affair. */
function groupLines(group: Group, checks: readonly Check[]): string[] {
  return [
    `<a id="group-${group}"></a>`,
    '',
    `## ${group}`,
    ...checks.flatMap((check) => ['', ...checkLines(check)]),
  ];
}

function checkLines(check: Check): string[] {
  const { id, title, looksAt, why, threshold, remedy, optIn } = check;
  return [
    `<a id="${anchorOf(id)}"></a>`,
    '',
    `### \`${id}\``,
    '',
    `${prose(title)}.`,
    '',
    `- **Severity:** ${severityText(severityCases(check))}`,
    `- **Looks at:** ${prose(looksAt)}`,
    `- **Why:** ${prose(why)}`,
    ...(optIn === true ? ['- **Runs:** only when it or its group is named'] : []),
    ...(threshold === undefined
      ? []
      : [
          `- **Threshold:** ${threshold.default} ${prose(threshold.unit)} (\`checks.thresholds: { ${id}: ${threshold.default} }\`)`,
        ]),
    `- **Remedy:** ${prose(remedy)}`,
    `- **Repair:** ${repairWords(check)}`,
  ];
}

function repairWords(check: Check): string {
  if (check.group === 'drift' || check.fix === undefined) return repairText(check);
  return `\`vdb check ${check.id} --fix\` ${repairText(check)}`;
}

const INTRODUCTION = `# The checks

\`vdb check\` looks at a host and says whether it is ready. It only looks, unless \`--fix\` is given; what writes
or loads the server runs only when it is named. This page is made from the checks themselves; \`vdb check explain ID\`
says the same in the terminal, and with \`--verbose\` shows the scripts that are run on the host.

\`\`\`sh
vdb check                          # readiness: all checks but those that only run when they are named
vdb check security redis           # a set, a group, or an id; several are possible
vdb check --exclude drift          # all but these
vdb check --severity error         # only what can stand in the way
vdb check --wait 120s              # poll until ready, for at most that long
vdb check redis.ping --fix         # run the task that repairs it, then look again
\`\`\`

## What a check can say

| state | meaning | in the way of readiness |
|---|---|---|
| pass | it was seen to hold | no |
| warn | worth knowing | no |
| fail | it was seen not to hold | yes |
| unknown | it could not be seen, for the reason that is given; never counted as passed | yes, unless its severity is warning |
| skip | it does not apply to this configuration, for the reason that is given | no |
| waived | it was seen not to hold, and somebody accepts that until a day | no |

A waived finding is not in the way of readiness, and is shown. A run in which nothing was seen to pass and nothing is
waived is not ready: silence is not readiness.

| severity | meaning |
|---|---|
| critical | the host is not ready |
| error | the host is not ready: it blocks a deploy |
| warning | worth knowing, never in the way: it warns where another check fails |

## Accepting a finding

A finding is accepted in the configuration, by somebody, for a reason, until a day (UTC). After that day it is in the
way again, and says so. What could not be seen is no finding and cannot be accepted.

\`\`\`yaml vdb.yaml
checks:
  waivers:
    - id: host.failed-units
      owner: anna
      reason: the unit belongs to a test that ends in March
      expires: 2030-03-31
\`\`\`

## Changing a threshold

Checks with a number have a default for it. Another one is given by the id of the check; one that names no check, or
a check without a number, is refused, as is a share of more than 100 %.

\`\`\`yaml vdb.yaml
${thresholdYaml('storage.free', 30)}
\`\`\`

## Forms of the report

\`--format FORM\` writes to stdout, \`--format FORM=FILE\` to a file; several are possible, one of them on stdout. They
are made from the same results and agree with the exit code.

| form | for |
|---|---|
| table | people: a line for each group, and what did not pass with what to do about it; \`--verbose\` lists every check |
| json | one document; \`--json\` gives events instead, a line each |
| junit | CI: what is in the way is a failure, or an error where it could not be seen |
| github | annotations of a GitHub workflow, and a table in the summary of the step |
| tap | consumers of the Test Anything Protocol; what is not in the way is a TODO |
| nagios | monitoring systems: the state (OK, WARNING, CRITICAL, UNKNOWN), performance data, then the findings |
| prometheus | node exporter's textfile collector: \`vdb_ready\`, \`vdb_check_status\` (0 passed, 1 warning, 2 failed, 3 not seen), \`vdb_check_timestamp_seconds\` |

Monitoring systems read the state of a plugin from its exit code, which is not vdb's. This command has theirs:

\`\`\`sh not-run="test/unit/ui/check/nagios.test.ts runs it"
${PLUGIN}
\`\`\`

\`--checklist [FILE]\` writes the production readiness checklist of the documents, each line with its evidence and date:
Markdown, or HTML to a file that ends in \`.html\`. Two of its lines only a person can confirm:

\`\`\`yaml vdb.yaml
checks:
  confirmations:
    - line: documentation # or training
      owner: anna
      evidence: https://wiki.example.org/vector-db
      date: 2030-01-31
\`\`\`

## Exit codes

The same in every form: 0 ready, 1 vdb failed, 2 usage or configuration, 3 not ready or drift found, 4 host
unreachable or not trusted, 5 locked by another run (\`--fix\`), 6 not ready when the time of \`--wait\` was over, 130
interrupted.
`;
