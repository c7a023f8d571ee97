import type { Rule, Violation } from '../rules.js';
import type { Config } from '../schema.js';

function uniqueNames({ hosts }: Config): Violation[] {
  return hosts.flatMap(({ name }, index) => {
    const first = hosts.findIndex((host) => host.name === name);
    return first === index
      ? []
      : [{ path: ['hosts', index, 'name'], message: `${name} is the name of hosts[${first}] too` }];
  });
}

export const hostRules: readonly Rule[] = [{ needs: ['hosts'], check: uniqueNames }];
