import { nearest } from '../../config/nearest.js';
import type { Task } from '../../engine/task.js';
import { EXIT, VdbError } from '../../errors.js';
import type { CriterionSpec, DocumentSpec } from './document.js';
import { localBackendDocument, productionApiDocument } from './plans.js';
import { postgresqlDocument } from './postgresql.js';
import { productionReadinessDocument } from './production-readiness.js';
import { pythonEnvironmentDocument } from './python-environment.js';

/** What the documents of single tasks say beyond their sub-tasks. */
const BEYOND: Readonly<Record<string, Omit<DocumentSpec, 'id' | 'title'>>> = {
  '0.4': pythonEnvironmentDocument,
  '3.1': postgresqlDocument,
};

/** Every document: one for each task, then those that are more than a task. Pure. */
export function documentsOf(tasks: readonly Task[]): DocumentSpec[] {
  const others = [productionReadinessDocument, localBackendDocument, productionApiDocument];
  const written = new Set(others.map(({ id }) => id));
  const subtasks = new Set(tasks.flatMap((task) => task.subtasks.map(({ id }) => id)));
  return [
    ...tasks.filter(({ id }) => !written.has(id)).map(documentOfTask),
    ...others.map((document) => withSubtasks(document, subtasks)),
  ];
}

/** What a task makes of such a document's sub-task is evidence for it too. */
function withSubtasks(document: DocumentSpec, subtasks: ReadonlySet<string>): DocumentSpec {
  const criteria = document.criteria.map((each) =>
    each.kind === 'subtask' && each.id !== undefined && subtasks.has(each.id)
      ? { ...each, evidence: [...each.evidence, { subtask: each.id }] }
      : each,
  );
  return { ...document, criteria };
}

function documentOfTask({ id, title, subtasks }: Task): DocumentSpec {
  const { criteria = [], corrections = [] } = BEYOND[id] ?? {};
  const own = subtasks.map(
    (subtask): CriterionSpec => ({
      kind: 'subtask',
      id: subtask.id,
      text: `${subtask.title}: ${subtask.criterion}`,
      evidence: [{ subtask: subtask.id }],
    }),
  );
  return { id, title, criteria: [...criteria, ...own], corrections };
}

/** The documents with these ids, in their order; none stands for all. Throws, with a guess, on another id. */
export function selectDocuments(documents: readonly DocumentSpec[], ids: readonly string[]): DocumentSpec[] {
  const known = documents.map(({ id }) => id);
  for (const id of ids) if (!known.includes(id)) throw unknownDocument(id, known);
  return documents.filter(({ id }) => ids.length === 0 || ids.includes(id));
}

function unknownDocument(id: string, known: readonly string[]): VdbError {
  const guess = nearest(id, known);
  return new VdbError(`There is no document "${id}"`, {
    code: 'document.unknown',
    exitCode: EXIT.usage,
    meaning: `The documents are ${known.join(', ')}.`,
    next: guess === undefined ? 'vdb check validate' : `Did you mean ${guess}?`,
  });
}
