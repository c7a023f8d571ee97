import { badFormat, notFound } from '../api-error.js';
import type { Payload, Point } from '../model.js';
import { objectOf, required, strings } from '../parse/values.js';
import { mergedAt, without } from '../payload-path.js';
import { type Call, param, type Route, route, type World } from '../router.js';
import { acknowledged, selectPoints } from './points.js';

const PAYLOAD = '/collections/{collection_name}/points/payload';

export const payloadRoutes: Route[] = [
  route('POST', PAYLOAD, 'manage', changeWith(merging)),
  route('PUT', PAYLOAD, 'manage', changeWith(overwriting)),
  route('POST', `${PAYLOAD}/delete`, 'manage', changeWith(removing)),
  route(
    'POST',
    `${PAYLOAD}/clear`,
    'manage',
    changeWith(() => () => ({})),
  ),
];

type Change = (payload: Payload) => Payload;

/** An endpoint that changes the payload of points given by id or filter. */
function changeWith(parse: (body: Payload) => Change) {
  return async (call: Call, { catalog }: World) => {
    const body = objectOf(await call.json());
    const change = parse(body);
    const collection = catalog.resolve(param(call, 'collection_name'));
    const selected = selectPoints(body, collection);
    if (selected === undefined) throw badFormat('Either list of point ids or filter must be provided');
    const { points, missing } = selected;
    if (missing.length > 0) throw notFound(`No point with id ${missing[0]} found`);
    const put = points.map((point: Point) => ({ ...point, payload: change(point.payload) }));
    return acknowledged(call, collection.change({ put }));
  };
}

function merging(body: Payload): Change {
  const added = objectOf(required(body, 'payload'), 'a payload');
  const { key } = body;
  if (typeof key === 'string') return (payload) => mergedAt(payload, key, added);
  return (payload) => ({ ...payload, ...added });
}

function overwriting(body: Payload): Change {
  const payload = objectOf(required(body, 'payload'), 'a payload');
  const { key } = body;
  if (typeof key === 'string') return (old) => mergedAt(old, key, payload);
  return () => payload;
}

function removing(body: Payload): Change {
  const keys = strings(required(body, 'keys'), 'keys');
  return (payload) => without(payload, keys);
}
