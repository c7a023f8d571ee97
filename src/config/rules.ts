import type { ConfigPath } from './path.js';
import { collectionRules } from './rules/collections.js';
import { gatewayRules } from './rules/gateway.js';
import { hostRules } from './rules/hosts.js';
import { monitoringRules } from './rules/monitoring.js';
import { pathRules } from './rules/paths.js';
import { portRules } from './rules/ports.js';
import { secretRules } from './rules/secrets.js';
import { serviceRules } from './rules/services.js';
import type { Config } from './schema.js';

/** A configuration that is valid key by key, but not as a whole. */
export interface Violation {
  path: ConfigPath;
  message: string;
}

/** A rule that looks at several keys together. It runs once all the sections that it needs are valid. */
export interface Rule {
  needs: readonly (keyof Config)[];
  check(config: Config): Violation[];
}

const RULES: readonly Rule[] = [
  ...hostRules,
  ...portRules,
  ...pathRules,
  ...secretRules,
  ...collectionRules,
  ...serviceRules,
  ...gatewayRules,
  ...monitoringRules,
];

/** Violations of the rules whose sections are all in `valid`. */
export function violations(valid: Partial<Config>): Violation[] {
  return RULES.filter((rule) => rule.needs.every((section) => valid[section] !== undefined)).flatMap((rule) =>
    rule.check(valid as Config),
  );
}
