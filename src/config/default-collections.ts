/** A collection that a new configuration starts with. */
export interface DefaultCollection {
  name: string;
  size: number;
  backup_priority: 'high' | 'medium' | 'low';
}

/** The nine collections of the documents, one per external model. */
export const DEFAULT_COLLECTIONS: readonly DefaultCollection[] = [
  { name: 'mixtral', size: 4096, backup_priority: 'high' },
  { name: 'hermes', size: 4096, backup_priority: 'high' },
  { name: 'openchat', size: 4096, backup_priority: 'high' },
  { name: 'phi3', size: 3072, backup_priority: 'medium' },
  { name: 'yi34b', size: 7168, backup_priority: 'medium' },
  { name: 'deepcoder', size: 5120, backup_priority: 'medium' },
  { name: 'imp', size: 2560, backup_priority: 'medium' },
  { name: 'deepseek', size: 4096, backup_priority: 'medium' },
  { name: 'general', size: 384, backup_priority: 'low' },
];
