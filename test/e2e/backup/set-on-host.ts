import type { LabHost } from '../../support/lab.js';

/** A request to the Qdrant of a lab host, on the host, with every right. Returns `result`; throws for a refusal. */
export async function ask<Result>(
  host: LabHost,
  method: string,
  path: string,
  body?: unknown,
): Promise<Result> {
  const data = body === undefined ? '' : "-H 'content-type: application/json' --data-binary @-";
  const said = await host.inside(
    `curl -fsS -g -X ${method} -H @/opt/qdrant/config/.admin-header ${data} 'http://127.0.0.1:6333${path}'`,
    body === undefined ? '' : JSON.stringify(body),
  );
  return (JSON.parse(said) as { result: Result }).result;
}

export function pathOf(collection: string): string {
  return `/collections/${encodeURIComponent(collection).replaceAll("'", '%27')}`;
}

export async function pointsOf(host: LabHost, collection: string): Promise<number> {
  const path = `${pathOf(collection)}/points/count`;
  return (await ask<{ count: number }>(host, 'POST', path, { exact: true })).count;
}

/** Collections and where aliases point, to see that nothing has changed. */
export async function shapeOf(
  host: LabHost,
): Promise<{ collections: string[]; aliases: Record<string, string> }> {
  const { collections } = await ask<{ collections: { name: string }[] }>(host, 'GET', '/collections');
  type Alias = { alias_name: string; collection_name: string };
  const { aliases } = await ask<{ aliases: Alias[] }>(host, 'GET', '/aliases');
  return {
    collections: collections.map(({ name }) => name).sort(),
    aliases: Object.fromEntries(
      aliases.map(({ alias_name, collection_name }) => [alias_name, collection_name]),
    ),
  };
}

/** Makes a collection with `count` points, their values a function of their ids. */
export async function fill(host: LabHost, collection: string, count: number, size: number): Promise<void> {
  const path = pathOf(collection);
  await ask(host, 'PUT', path, { vectors: { size, distance: 'Cosine' }, shard_number: 1 });
  await ask(host, 'PUT', `${path}/index?wait=true`, { field_name: 'lang', field_schema: 'keyword' });
  for (let from = 0; from < count; from += 1000) {
    const points = Array.from({ length: Math.min(1000, count - from) }, (_, index) => {
      const id = from + index;
      const vector = Array.from(
        { length: size },
        (__, axis) => Math.round(50 + 50 * Math.sin(id * 3 + axis)) / 100,
      );
      return { id, vector, payload: { lang: id % 2 === 0 ? 'en' : 'de', id } };
    });
    await ask(host, 'PUT', `${path}/points?wait=true`, { points });
  }
}

/** Changes a JSON file of a set by a Python expression on `it`, and the manifest with it where it is a part. */
export async function editSet(host: LabHost, set: string, file: string, statement: string): Promise<void> {
  await host.inside(`python3 - <<'END'
import json, hashlib, os
d = '/data/backups/${set}/'
it = json.load(open(d + '${file}'))
${statement}
text = json.dumps(it)
open(d + '${file}', 'w').write(text)
if '${file}' != 'manifest.json':
    m = json.load(open(d + 'manifest.json'))
    for part in m['parts']:
        if part['path'] == '${file}':
            part['bytes'] = len(text.encode())
            part['sha256'] = hashlib.sha256(text.encode()).hexdigest()
    open(d + 'manifest.json', 'w').write(json.dumps(m))
END`);
}
