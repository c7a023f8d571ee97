import { template } from '../templates.js';

/** The template of the alert rules, below `templates/`. */
export const ALERT_RULES = 'prometheus/vdb.rules.yml';

/** The names of all alerts that there are, whether this configuration has what they watch or not. */
export function alertNames(): string[] {
  return [...template(ALERT_RULES).matchAll(/ - alert: (\w+)$/gm)].map(([, name = '']) => name);
}
