import { dueSteps } from '../../deploy/installed.js';
import type { ServiceName } from '../../deploy/record.js';
import { EXIT, VdbError } from '../../errors.js';
import { type Session, taskContext } from '../session.js';

interface Given {
  meaning: string;
  next: string;
}

const EDGE: Given = {
  meaning: 'Both slots are behind the same edge, which has to be right for both of them.',
  next: 'vdb provision --only 4.5 --plan. A gateway with another health contract (gateway.health) comes in by vdb provision.',
};

/** What a deploy takes for given: each task, and what it means where the host is not as it says. */
const GIVEN: Readonly<Record<ServiceName, Readonly<Record<string, Given>>>> = {
  qdrant: { '4.5': EDGE },
  gateway: {
    '1.1': {
      meaning: 'The gateway is deployed beside a Qdrant that stays as it is.',
      next: 'vdb deploy --service qdrant --plan, or with a restart: vdb provision --only 1.1',
    },
    '4.5': EDGE,
  },
};

/** Throws `deploy.drift` where what a service is deployed beside is not as the configuration has it. */
export async function assertGiven(session: Session, service: ServiceName): Promise<void> {
  const { TASKS } = await import('../../../tasks/index.js');
  const given = GIVEN[service];
  const tasks = TASKS.filter(({ id }) => given[id] !== undefined);
  const [due] = await dueSteps(session.host, tasks, taskContext(session));
  if (due === undefined) return;
  throw new VdbError(`The host is not as the configuration has it: ${due.resource.title}`, {
    ...{ code: 'deploy.drift', exitCode: EXIT.notReady, host: session.host.target },
    ...given[due.task.id],
  });
}
